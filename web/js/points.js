/** Points as the program gives them: for showing while one types. What counts is what the API answers. */

const exact = (value) => Math.round(value * 1e6) / 1e6;

/** Digits, and where there are parts, a comma or a point before them: nothing between thousands, no other notation. */
const NUMBER = /^\d+(?:[.,]\d+)?$/;
/** A thousand to some and one to others, as people write numbers here and there. */
const TWO_WAYS = /^([1-9]\d{0,2})[.,](\d{3})$/;

/** A number as one would type it, so that it cannot be read in two ways. */
export const typedOf = (value) => (TWO_WAYS.test(value) ? `${value}0` : String(value));

/** The two numbers that something typed can stand for, as one would type them; null where it is clear. */
export function readingsOf(typed) {
  const [, whole, rest] = typed.trim().match(TWO_WAYS) ?? [];
  return whole ? [whole + rest, typedOf(Number(`${whole}.${rest}`))] : null;
}

/** The quantity that was typed, with a comma or a point; null when it is no number, or might be one of two. */
export function quantityOf(row) {
  const typed = String(row.quantity ?? "").trim();
  return NUMBER.test(typed) && !TWO_WAYS.test(typed) ? Number(typed.replace(",", ".")) : null;
}

/** Whether a row may have parts of its unit, as the program counts the activity. */
export function takesParts(program, row) {
  const activity = program.activities.find((each) => each.code === row.activity);
  const isOwnUnit = !row.unit || row.unit === activity?.unit;
  return !isOwnUnit || !activity?.step || !Number.isInteger(activity.step);
}

/** The points of one row, 0 while activity or quantity are missing, and where more than the quantity decides. */
export function pointsOf(program, row) {
  const activity = program.activities.find((each) => each.code === row.activity);
  const quantity = quantityOf(row);
  const isOwnUnit = !row.unit || row.unit === activity?.unit;
  return activity?.is_plain && isOwnUnit && !row.relevant_percent && quantity > 0 ? exact(activity.points * quantity) : 0;
}

/** The points of several rows. */
export const pointsOfAll = (program, rows) => exact(rows.reduce((total, row) => total + pointsOf(program, row), 0));

/** The entries whose activity needs a document and that have none that is clean. */
export function entriesWithoutDocument(program, { entries, documents }) {
  const clean = new Set(documents.filter((each) => each.status === "clean").map((each) => each.document_id));
  const needing = new Set(program.activities.filter((each) => each.requires_document).map((each) => each.code));
  return entries.filter((each) => needing.has(each.activity) && !each.document_ids.some((id) => clean.has(id)));
}

/** The activities by category, in the table's order: `[[category, [activity…]]…]`. */
export function byCategory(program) {
  const categories = new Map();
  for (const each of program.activities) categories.set(each.category, [...(categories.get(each.category) ?? []), each]);
  return [...categories];
}
