/** Reading a CSV file, as spreadsheets and the portal write it: commas, quotes doubled within quotes. */

const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

/** The rows below the heading, each as an object by the names in the heading. */
export function readCsv(text) {
  const rows = [];
  let row = [];
  CELL.lastIndex = text.startsWith("\ufeff") ? 1 : 0;
  while (CELL.lastIndex < text.length) {
    const match = CELL.exec(text);
    if (!match) break;
    const [, quoted, plain, end] = match;
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  const [names, ...cells] = rows;
  return cells.map((each) => Object.fromEntries(names.map((name, index) => [name, each[index] ?? ""])));
}
