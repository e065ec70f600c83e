import { type Selectable, sql } from 'kysely'
import type { Connection, Dialect } from '../database/dialect.ts'
import type { Database } from '../database/schema.ts'
import { digestOf } from '../passages/add-passages.ts'

const COLUMNS = [
  'row',
  'namespace',
  'id',
  'archive_id',
  'text',
  'source',
  'digest',
  'superseded_by',
  'found_count',
  'last_found_at',
] as const
type PassageRow = Pick<Selectable<Database['passage']>, (typeof COLUMNS)[number]>

/** Rows per batch. Chosen by hand. */
const AT_ONCE = 1_000

/**
 * Normalizes sources, and digests, which are those of the text in normal form; texts stay as written. Passages that
 * become equal are merged into the one in normal form, which gets the tags and supersessions of both. True: the keyword
 * index must be rebuilt.
 */
export async function normalizePassages(db: Connection, dialect: Dialect): Promise<boolean> {
  const archives = new Map<string, Pick<PassageRow, 'namespace' | 'archive_id'>>()
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('passage')
      .select(COLUMNS)
      .where('row', '>', after)
      .orderBy('row')
      .limit(AT_ONCE)
      .execute()
    const last = rows.at(-1)
    if (!last) break
    after = last.row
    for (const { row, ...passage } of rows) {
      const { namespace, archive_id, text, source } = passage
      if (text === text.normalize('NFC') && source === source.normalize('NFC')) continue
      archives.set(`${namespace} ${archive_id}`, { namespace, archive_id })
      await normalize(db, dialect, row)
    }
  }
  for (const { namespace, archive_id } of archives.values()) {
    await renumber(db, namespace, archive_id)
    await recount(db, namespace, archive_id)
  }
  return archives.size > 0
}

async function normalize(db: Connection, dialect: Dialect, row: number): Promise<void> {
  // Read again: an earlier merge may have changed it.
  const passage = await db
    .selectFrom('passage')
    .select(COLUMNS)
    .where('row', '=', row)
    .executeTakeFirst()
  if (!passage) return
  const source = passage.source.normalize('NFC')
  const digest = digestOf({ text: passage.text, source })
  const same = await db
    .selectFrom('passage')
    .select(COLUMNS)
    .where('namespace', '=', passage.namespace)
    .where('archive_id', '=', passage.archive_id)
    .where('digest', '=', digest)
    .where('row', '<>', row)
    .executeTakeFirst()
  if (same) return join(db, dialect, passage, same)
  await db.updateTable('passage').set({ source, digest }).where('row', '=', row).execute()
  await refill(db, passage, digest)
}

/** Merges `gone` into `kept`. */
async function join(
  db: Connection,
  dialect: Dialect,
  gone: PassageRow,
  kept: PassageRow,
): Promise<void> {
  const { namespace } = gone
  await sql`INSERT INTO passage_tag (namespace, passage_id, tag)
    SELECT namespace, ${kept.id}, tag FROM passage_tag
    WHERE namespace = ${namespace} AND passage_id = ${gone.id}
    ON CONFLICT DO NOTHING`.execute(db)
  await db
    .updateTable('passage')
    .set({ superseded_by: kept.id })
    .where('namespace', '=', namespace)
    .where('superseded_by', '=', gone.id)
    .execute()
  await db
    .updateTable('passage')
    .set({
      superseded_by: successor(gone, kept),
      found_count: gone.found_count + kept.found_count,
      last_found_at: later(gone.last_found_at, kept.last_found_at),
    })
    .where('row', '=', kept.row)
    .execute()
  const sets = (await setsOf(db, gone)).map(({ row }) => row)
  if (sets.length > 0) {
    await dialect.vectors.remove(db, sets, [gone.row])
    await db
      .deleteFrom('embedding_task')
      .where('set_row', 'in', sets)
      .where('entry_row', '=', gone.row)
      .execute()
  }
  await db.deleteFrom('passage').where('row', '=', gone.row).execute()
}

/** Null if one of the two is current. */
function successor(gone: PassageRow, kept: PassageRow): string | null {
  if (gone.superseded_by === null || kept.superseded_by === null) return null
  if (kept.superseded_by !== gone.id) return kept.superseded_by
  return gone.superseded_by === kept.id ? null : gone.superseded_by
}

function later(one: string | null, other: string | null): string | null {
  return one === null || (other !== null && other > one) ? other : one
}

/** A set that is being filled proceeds in digest order, so a passage with a changed digest could be missed. */
async function refill(db: Connection, passage: PassageRow, digest: string): Promise<void> {
  for (const { row, filled_to } of await setsOf(db, passage)) {
    if (filled_to === null) continue
    const task = { set_row: row, entry_row: passage.row }
    await db
      .deleteFrom('embedding_task')
      .where('set_row', '=', task.set_row)
      .where('entry_row', '=', task.entry_row)
      .execute()
    if (digest > filled_to) continue
    // In the columns of that version of the schema.
    await sql`INSERT INTO embedding_task (set_row, entry_row, claimed_by, claimed_until, attempts)
      VALUES (${task.set_row}, ${task.entry_row}, '', '', 0)`.execute(db)
  }
}

function setsOf(db: Connection, { namespace, archive_id }: PassageRow) {
  return db
    .selectFrom('vector_set')
    .select(['row', 'filled_to'])
    .where('namespace', '=', namespace)
    .where('kind', '=', 'archive')
    .where('owner_id', '=', archive_id)
    .execute()
}

/** Passages of merged sources are numbered in insertion order. */
async function renumber(db: Connection, namespace: string, archiveId: string): Promise<void> {
  await sql`UPDATE passage SET position = place.number FROM (
    SELECT row, row_number() OVER (PARTITION BY source ORDER BY row) AS number
    FROM passage WHERE namespace = ${namespace} AND archive_id = ${archiveId} AND source <> ''
  ) AS place WHERE place.row = passage.row`.execute(db)
}

async function recount(db: Connection, namespace: string, archiveId: string): Promise<void> {
  await sql`UPDATE archive SET passage_count = counted.passages,
      superseded_count = counted.superseded, found_count = counted.found
    FROM (
      SELECT count(*) AS passages, count(superseded_by) AS superseded,
        count(CASE WHEN found_count > 0 THEN 1 END) AS found
      FROM passage WHERE namespace = ${namespace} AND archive_id = ${archiveId}
    ) AS counted
    WHERE archive.namespace = ${namespace} AND archive.id = ${archiveId}`.execute(db)
}
