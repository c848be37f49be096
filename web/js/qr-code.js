/** A text as a QR code (ISO/IEC 18004): bytes, error correction level M, versions 1 to 13, which hold up to 331 bytes.
 *
 * It is drawn here so that an authenticator's key never leaves the browser.
 */

import { html } from "./html.js";

const CORRECTION = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9];
const QUIET = 4;

const MASKS = [
  (y, x) => (y + x) % 2,
  (y) => y % 2,
  (y, x) => x % 3,
  (y, x) => (y + x) % 3,
  (y, x) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2,
  (y, x) => ((y * x) % 2) + ((y * x) % 3),
  (y, x) => (((y * x) % 2) + ((y * x) % 3)) % 2,
  (y, x) => (((y + x) % 2) + ((y * x) % 3)) % 2,
];

const sizeOf = (version) => 17 + 4 * version;

/** Where the middles of the small squares lie, by both axes. */
function alignments(version) {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.ceil((sizeOf(version) - 13) / (2 * count - 2)) * 2;
  return [6, ...Array.from({ length: count - 1 }, (_, index) => sizeOf(version) - 7 - (count - 2 - index) * step)];
}

/** How many bytes a version takes, with those of the correction: what its patterns leave. */
function capacity(version) {
  const count = alignments(version).length;
  const small = count && (25 * count - 10) * count - 55;
  return Math.floor(((16 * version + 128) * version + 64 - small - (version < 7 ? 0 : 36)) / 8);
}

const held = (version) => capacity(version) - CORRECTION[version - 1] * BLOCKS[version - 1];
const countBits = (version) => (version < 10 ? 8 : 16);

// The bytes and their correction

function packed(bytes, version) {
  const bits = [];
  const put = (value, length) => {
    for (let bit = length - 1; bit >= 0; bit -= 1) bits.push((value >> bit) & 1);
  };
  put(4, 4);
  put(bytes.length, countBits(version));
  for (const byte of bytes) put(byte, 8);
  put(0, Math.min(4, 8 * held(version) - bits.length));
  put(0, -bits.length & 7);
  const words = Array.from({ length: bits.length / 8 }, (_, index) => Number.parseInt(bits.slice(8 * index, 8 * index + 8).join(""), 2));
  for (let pad = 0xec; words.length < held(version); pad ^= 0xec ^ 0x11) words.push(pad);
  return words;
}

/** In the field of 256 elements that the standard uses. */
function product(one, other) {
  let result = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    result = (result << 1) ^ ((result >> 7) * 0x11d);
    result ^= ((other >> bit) & 1) * one;
  }
  return result;
}

function divisor(degree) {
  const result = [...Array(degree - 1).fill(0), 1];
  let root = 1;
  for (let round = 0; round < degree; round += 1) {
    result.forEach((each, index) => {
      result[index] = product(each, root) ^ (result[index + 1] ?? 0);
    });
    root = product(root, 2);
  }
  return result;
}

function remainder(words, by) {
  const result = by.map(() => 0);
  for (const word of words) {
    const factor = word ^ result.shift();
    result.push(0);
    by.forEach((each, index) => {
      result[index] ^= product(each, factor);
    });
  }
  return result;
}

/** The bytes in blocks, each with its correction, a byte of each in turn. */
function woven(words, version) {
  const count = BLOCKS[version - 1];
  const short = Math.floor(words.length / count);
  const longFrom = count - (words.length % count);
  const by = divisor(CORRECTION[version - 1]);
  let start = 0;
  const blocks = Array.from({ length: count }, (_, index) => {
    const end = start + short + (index < longFrom ? 0 : 1);
    const data = words.slice(start, end);
    start = end;
    return { data, correction: remainder(data, by) };
  });
  const inTurn = (length, part) => Array.from({ length }, (_, index) => blocks.map((block) => block[part][index]).filter((word) => word !== undefined)).flat();
  return [...inTurn(short + 1, "data"), ...inTurn(by.length, "correction")];
}

// The squares

/** The patterns by which a camera finds its way; undefined where the bytes go. */
function patterned(version) {
  const size = sizeOf(version);
  const rows = Array.from({ length: size }, () => Array(size).fill(undefined));
  const put = (y, x, isDark) => {
    if (rows[y] && x >= 0 && x < size) rows[y][x] = isDark;
  };
  const square = (middleY, middleX, reach) => {
    for (let y = -reach; y <= reach; y += 1) {
      for (let x = -reach; x <= reach; x += 1) {
        const far = Math.max(Math.abs(y), Math.abs(x));
        put(middleY + y, middleX + x, far !== 2 - (reach === 2) && far !== 4);
      }
    }
  };
  for (let index = 0; index < size; index += 1) {
    put(6, index, index % 2 === 0);
    put(index, 6, index % 2 === 0);
  }
  for (const [y, x] of [[3, 3], [3, size - 4], [size - 4, 3]]) square(y, x, 4);
  const places = alignments(version);
  const last = places.at(-1);
  for (const y of places) {
    for (const x of places) {
      if (!((y === 6 && (x === 6 || x === last)) || (y === last && x === 6))) square(y, x, 2);
    }
  }
  mark(rows, 0);
  if (version >= 7) {
    const written = (version << 12) | check(version, 12, 0x1f25);
    for (let bit = 0; bit < 18; bit += 1) {
      const [near, far] = [Math.floor(bit / 3), size - 11 + (bit % 3)];
      rows[near][far] = rows[far][near] = ((written >> bit) & 1) === 1;
    }
  }
  return rows;
}

/** The bits by which a number of few bits can be made out though some are spoilt. */
function check(value, length, generator) {
  let rest = value;
  for (let round = 0; round < length; round += 1) rest = (rest << 1) ^ ((rest >> (length - 1)) * generator);
  return rest;
}

/** Write level and mask, twice. */
function mark(rows, mask) {
  const size = rows.length;
  const written = ((mask << 10) | check(mask, 10, 0x537)) ^ 0x5412;
  for (let bit = 0; bit < 15; bit += 1) {
    const isDark = ((written >> bit) & 1) === 1;
    if (bit < 6) rows[bit][8] = isDark;
    else if (bit < 8) rows[bit + 1][8] = isDark;
    else rows[8][bit === 8 ? 7 : 14 - bit] = isDark;
    if (bit < 8) rows[8][size - 1 - bit] = isDark;
    else rows[size - 15 + bit][8] = isDark;
  }
  rows[size - 8][8] = true;
}

/** The places of the bits, two columns at a time, upwards and downwards in turn, from the right. */
function* places(rows) {
  const size = rows.length;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    const isUpwards = ((right + 1) & 2) === 0;
    for (let step = 0; step < size; step += 1) {
      const y = isUpwards ? size - 1 - step : step;
      for (const x of [right, right - 1]) if (rows[y][x] === undefined) yield [y, x];
    }
  }
}

function filled(patterns, words, mask) {
  const rows = patterns.map((row) => [...row]);
  let bit = 0;
  for (const [y, x] of places(patterns)) {
    const isDark = ((words[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
    rows[y][x] = (isDark === 1) !== (MASKS[mask](y, x) === 0);
    bit += 1;
  }
  mark(rows, mask);
  return rows;
}

/** How hard a code is to read: runs, blocks, what looks like a corner, and too much dark or light. */
function penalty(rows) {
  const size = rows.length;
  const lines = [...rows, ...rows.map((_, x) => rows.map((row) => row[x]))].map((line) => line.map(Number).join(""));
  let points = 0;
  for (const line of lines) {
    for (const [run] of line.matchAll(/0{5,}|1{5,}/g)) points += run.length - 2;
    points += 40 * [...line.matchAll(/(?=00001011101|10111010000)/g)].length;
  }
  for (let y = 1; y < size; y += 1) {
    for (let x = 1; x < size; x += 1) {
      if (rows[y][x] === rows[y - 1][x] && rows[y][x] === rows[y][x - 1] && rows[y][x] === rows[y - 1][x - 1]) points += 3;
    }
  }
  const dark = rows.flat().filter(Boolean).length;
  return points + 10 * Math.floor(Math.abs((dark / size ** 2) * 20 - 10));
}

/** The rows of a text's code, true where it is dark; null for a text that is too long. */
export function matrixOf(text) {
  const bytes = new TextEncoder().encode(text);
  const version = BLOCKS.findIndex((_, index) => 4 + countBits(index + 1) + 8 * bytes.length <= 8 * held(index + 1)) + 1;
  if (version === 0) return null;
  const words = woven(packed(bytes, version), version);
  const patterns = patterned(version);
  return MASKS.map((_, mask) => filled(patterns, words, mask)).reduce((best, next) => (penalty(next) < penalty(best) ? next : best));
}

/** The code as a picture with a name, dark on light in any color scheme; nothing for a text that is too long. */
export function qrCode(text, label) {
  const rows = matrixOf(text);
  if (!rows) return null;
  const size = rows.length + 2 * QUIET;
  const path = rows.flatMap((row, y) => row.map((isDark, x) => isDark && `M${x + QUIET} ${y + QUIET}h1v1h-1z`).filter(Boolean)).join("");
  return html`<svg class="qr-code" viewBox="0 0 ${size} ${size}" role="img" aria-label="${label}" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#fff"/><path d="${path}" fill="#000"/></svg>`;
}
