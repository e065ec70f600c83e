import { sql } from 'kysely'
import { type Connection, type Dialect, TEXT_INDEXES } from '../database/dialect.ts'
import { indexMessages, indexPassages } from '../search/reindex.ts'
import { normalizePassages } from './normalize-passages.ts'

/**
 * Names, tags and sources are normalized to NFC, and passages are compared in it. Hebrew and Arabic words are indexed
 * without optional marks.
 */
export async function normalForm(db: Connection, dialect: Dialect): Promise<void> {
  await normalizeNames(db, 'agent')
  await normalizeNames(db, 'archive')
  await normalizeAgentTags(db)
  await normalizePassageTags(db)
  const changed = await normalizePassages(db, dialect)
  if (changed || (await anyMarks(db))) await rebuildIndexes(db, dialect)
}

const isNormal = (text: string) => text === text.normalize('NFC')

async function normalizeNames(db: Connection, table: 'agent' | 'archive'): Promise<void> {
  const rows = await db.selectFrom(table).select(['namespace', 'id', 'name']).execute()
  for (const { namespace, id, name } of rows) {
    if (isNormal(name)) continue
    await db
      .updateTable(table)
      .set({ name: name.normalize('NFC') })
      .where('namespace', '=', namespace)
      .where('id', '=', id)
      .execute()
  }
}

async function normalizeAgentTags(db: Connection): Promise<void> {
  const rows = await db.selectFrom('agent_tag').selectAll().execute()
  for (const row of rows) {
    if (isNormal(row.tag)) continue
    await db
      .deleteFrom('agent_tag')
      .where('namespace', '=', row.namespace)
      .where('agent_id', '=', row.agent_id)
      .where('tag', '=', row.tag)
      .execute()
    await db
      .insertInto('agent_tag')
      .values({ ...row, tag: row.tag.normalize('NFC') })
      .onConflict((conflict) => conflict.columns(['namespace', 'agent_id', 'tag']).doNothing())
      .execute()
  }
}

async function normalizePassageTags(db: Connection): Promise<void> {
  const tags = await db.selectFrom('passage_tag').select('tag').distinct().execute()
  for (const { tag } of tags) {
    if (isNormal(tag)) continue
    await sql`INSERT INTO passage_tag (namespace, passage_id, tag)
      SELECT namespace, passage_id, ${tag.normalize('NFC')} FROM passage_tag WHERE tag = ${tag}
      ON CONFLICT DO NOTHING`.execute(db)
    await db.deleteFrom('passage_tag').where('tag', '=', tag).execute()
  }
}

/** Hebrew and Arabic, whose indexed words may contain marks that are dropped now. */
const MARKED = /[\u0591-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/
/** Rows per batch. Chosen by hand. */
const AT_ONCE = 1_000

async function anyMarks(db: Connection): Promise<boolean> {
  for (const table of TEXT_INDEXES) {
    for (let after = 0; ; ) {
      const rows = await db
        .selectFrom(table)
        .select(['row', 'text'])
        .where('row', '>', after)
        .orderBy('row')
        .limit(AT_ONCE)
        .execute()
      if (rows.some(({ text }) => MARKED.test(text))) return true
      const last = rows.at(-1)
      if (!last) break
      after = last.row
    }
  }
  return false
}

async function rebuildIndexes(db: Connection, dialect: Dialect): Promise<void> {
  for (const index of TEXT_INDEXES) {
    await dialect.textSearch.drop(db, index)
    await dialect.textSearch.create(db, index)
  }
  await indexPassages(db, dialect)
  await indexMessages(db, dialect)
}
