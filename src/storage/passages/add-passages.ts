import { createHash } from 'node:crypto'
import type { Insertable } from 'kysely'
import type { ArchivalCounts } from '../../core/archive.ts'
import type { Passage } from '../../core/passage.ts'
import { indexWords } from '../../search/words.ts'
import { compiled, compiledRows } from '../database/compiled.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'
import { embedEntries, hasVectorSets } from '../embedding/vector-entries.ts'
import type { PlacedPassage } from '../port/store.ts'
import { passageScope } from '../search/search-scope.ts'

const insertRows = compiledRows(
  [
    'namespace',
    'id',
    'archive_id',
    'text',
    'source',
    'digest',
    'position',
    'superseded_by',
    'expires_at',
    'found_count',
    'last_found_at',
    'created_at',
    'inserted_at',
  ],
  (db, rows: readonly Insertable<Database['passage']>[]) =>
    db
      .insertInto('passage')
      .values(rows)
      .onConflict((conflict) => conflict.columns(['namespace', 'archive_id', 'digest']).doNothing())
      .returning(['row', 'id', 'superseded_by']),
)

/**
 * Inserts passages that are new to their archive, with their index entries and counts; not their tags. With
 * `mayBeStored` it leaves out those that are not. Returns the ids of those that were new.
 */
export async function addPassages(
  scope: QueryScope,
  archiveId: string,
  passages: readonly PlacedPassage[],
  at: string,
  mayBeStored = false,
): Promise<ReadonlySet<string>> {
  if (passages.length === 0) return new Set()
  const { db, namespace, dialect } = scope
  const { rows } = await insertRows(
    db,
    passages.map((passage) => ({
      namespace,
      id: passage.id,
      archive_id: archiveId,
      text: passage.text,
      source: passage.source,
      digest: digestOf(passage),
      position: passage.position,
      superseded_by: passage.supersededBy,
      expires_at: passage.expiresAt ?? null,
      found_count: passage.foundCount,
      last_found_at: passage.lastFoundAt,
      created_at: passage.createdAt,
      inserted_at: at,
    })),
  )
  const added: ReadonlySet<string> = new Set(rows.map(({ id }) => id))
  if (added.size < passages.length && !mayBeStored) throw new Error('a passage was stored before')
  if (added.size === 0) return added
  const stored = passages.filter(({ id }) => added.has(id))
  const texts = new Map<string, string>(passages.map(({ id, text }) => [id, text]))
  await dialect.textSearch.add(
    db,
    'passage',
    rows.map(({ row, id, superseded_by }) => ({
      row,
      scope: passageScope(namespace, archiveId, superseded_by !== null),
      words: indexWords(texts.get(id) ?? ''),
    })),
  )
  const { hasSets } = await countPassages({ db, namespace }, archiveId, {
    passages: rows.length,
    superseded: stored.filter(({ supersededBy }) => supersededBy !== null).length,
    found: stored.filter(({ foundCount }) => foundCount > 0).length,
  })
  if (!hasSets) return added
  const entries = rows.map(({ row, id }) => ({ row, text: texts.get(id) ?? '' }))
  await embedEntries(scope, { kind: 'archive', id: archiveId }, entries)
  return added
}

/** Adds tags; existing ones are kept. */
export async function addTags(
  { db, namespace }: Pick<QueryScope, 'db' | 'namespace'>,
  tags: readonly { readonly passage_id: string; readonly tag: string }[],
): Promise<void> {
  for (let start = 0; start < tags.length; start += TAGS_AT_ONCE) {
    await db
      .insertInto('passage_tag')
      .values(tags.slice(start, start + TAGS_AT_ONCE).map((tag) => ({ namespace, ...tag })))
      .onConflict((conflict) => conflict.columns(['namespace', 'passage_id', 'tag']).doNothing())
      .execute()
  }
}

/** Databases limit the number of values in a statement. Chosen by hand. */
const TAGS_AT_ONCE = 5_000

interface Counted extends ArchivalCounts {
  readonly namespace: string
  readonly id: string
}

const addCounts = compiled((db, { namespace, id, passages, superseded, found }: Counted) =>
  db
    .updateTable('archive')
    .set((eb) => ({
      passage_count: eb('passage_count', '+', passages),
      superseded_count: eb('superseded_count', '+', superseded),
      found_count: eb('found_count', '+', found),
    }))
    .where('namespace', '=', namespace)
    .where('id', '=', id)
    .returning(hasVectorSets('archive', namespace, id)),
)

/** Adds to the counts of an archive, and tells whether it has sets of vectors. */
export async function countPassages(
  { db, namespace }: Pick<QueryScope, 'db' | 'namespace'>,
  archiveId: string,
  { passages = 0, superseded = 0, found = 0 }: Partial<ArchivalCounts>,
): Promise<{ readonly hasSets: boolean }> {
  const counted = { namespace, id: archiveId, passages, superseded, found }
  const { rows } = await addCounts(db, counted)
  return { hasSets: Boolean(rows[0]?.has_sets) }
}

/**
 * Identifies duplicates within an archive: SHA-256 of source and text. The text is stored as written, and compared in
 * normal form.
 */
export function digestOf({ source, text }: Pick<Passage, 'source' | 'text'>): string {
  const same = text.normalize('NFC')
  return createHash('sha256').update(`${source.length}:${source}${same}`).digest('hex')
}
