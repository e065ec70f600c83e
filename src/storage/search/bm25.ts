/** What BM25 weighs with where entries are found to be judged: those of FTS5, for every database alike. */
export const SATURATION = 1.2
export const LENGTH_SHARE = 0.75
