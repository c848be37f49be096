/** The library of published contributions. */

import { number } from "../../format.js";

export const libraryText = {
  search: "Words of the title",
  hint: "The beginnings of words are enough; the list follows as you type.",
  kind: "Kind",
  anyKind: "Every kind",
  caption: "Contributions",
  columns: { title: "Title", kind: "Kind", by: "Contributed by", published: "Published", file: "File" },
  shown: (count, hasMore) => `${number(count)} ${count === 1 ? "contribution" : "contributions"} shown${hasMore ? ", there are more" : ""}.`,
  empty: "Nothing in the library is called so. Try fewer or shorter words, or every kind.",
  emptyAll: "The library is still empty. Staff publish contributions here after they approved them.",
  download: "Download",
  downloadNamed: (title) => `Download ${title}`,
};
