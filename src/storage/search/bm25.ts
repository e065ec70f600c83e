/**
 * BM25 `k1` and `b` for finding candidates, before `rank.ts` reranks them: the defaults of SQLite's FTS5, used on every
 * database.
 */
export const BM25_K1 = 1.2
export const BM25_B = 0.75
