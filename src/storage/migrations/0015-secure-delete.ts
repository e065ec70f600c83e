import { type Connection, type Dialect, TEXT_INDEXES } from '../database/dialect.ts'
import { indexMessages, indexPassages } from '../search/reindex.ts'

/** Keyword indexes that remove the words themselves on deletion. */
export async function secureDelete(db: Connection, dialect: Dialect): Promise<void> {
  if (!dialect.textSearch.keptWordsOnce) return
  for (const index of TEXT_INDEXES) {
    await dialect.textSearch.drop(db, index)
    await dialect.textSearch.create(db, index)
  }
  await indexPassages(db, dialect)
  await indexMessages(db, dialect)
}
