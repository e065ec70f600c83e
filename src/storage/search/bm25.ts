/**
 * BM25's `k1` and `b` for finding candidates, before `rank.ts` judges them. The defaults of SQLite's FTS5, on every
 * database.
 */
export const BM25_K1 = 1.2
export const BM25_B = 0.75
