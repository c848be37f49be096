/** Points as the program gives them: for showing while one types. What counts is what the API answers. */

const exact = (value) => Math.round(value * 1e6) / 1e6;

/** The quantity that was typed, with a comma or a point; null when it is no number. */
export function quantityOf(row) {
  const typed = String(row.quantity ?? "").trim().replace(",", ".");
  return typed && Number.isFinite(Number(typed)) ? Number(typed) : null;
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
  return [...Map.groupBy(program.activities, (activity) => activity.category)];
}
