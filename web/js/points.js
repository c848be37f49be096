/** Points as the program gives them: for showing while one types. What counts is what the API answers. */

const exact = (value) => Math.round(value * 1e6) / 1e6;

/** The quantity that was typed, with a comma or a point; null when it is no number. */
export function quantityOf(row) {
  const typed = String(row.quantity ?? "").trim().replace(",", ".");
  return typed && Number.isFinite(Number(typed)) ? Number(typed) : null;
}

/** The points of one row, 0 while activity or quantity are missing. */
export function pointsOf(program, row) {
  const activity = program.activities.find((each) => each.code === row.activity);
  const quantity = quantityOf(row);
  return activity && quantity > 0 ? exact(activity.points * quantity) : 0;
}

/** The points of several rows. */
export const pointsOfAll = (program, rows) => exact(rows.reduce((total, row) => total + pointsOf(program, row), 0));

const MOST_TIMES = 10;

/** Up to two ways to earn what is missing, as `[{activity, quantity}]`: countable, without a document, not too often. */
export function waysToEarn(program, missing) {
  const countable = program.activities.filter((each) => each.unit !== "year" && !each.requires_document);
  return [countable[0], countable.findLast((each) => each.points <= 1)]
    .filter(Boolean)
    .map((activity) => ({ activity, quantity: Math.ceil(missing / activity.points) }))
    .filter(({ quantity }) => quantity <= MOST_TIMES);
}

/** The entries whose activity needs a document and that have none that is clean. */
export function entriesWithoutDocument(program, { entries, documents }) {
  const clean = new Set(documents.filter((each) => each.status === "clean").map((each) => each.document_id));
  const needing = new Set(program.activities.filter((each) => each.requires_document).map((each) => each.code));
  return entries.filter((each) => needing.has(each.activity) && !each.document_ids.some((id) => clean.has(id)));
}

/** The activities by category, in the table's order: `[[category, [activity…]]…]`. */
export function byCategory(program) {
  return [...Map.groupBy(program.activities, (activity) => activity.category)];
}
