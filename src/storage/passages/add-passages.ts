import { createHash } from 'node:crypto'
import type { ArchivalCounts } from '../../core/archive.ts'
import type { Passage } from '../../core/passage.ts'
import { indexWords } from '../../search/words.ts'
import { compiled } from '../database/compiled.ts'
import type { QueryScope } from '../database/query-scope.ts'
import { embedEntries, hasVectorSets } from '../embedding/vector-entries.ts'
import type { PlacedPassage } from '../port/store.ts'
import { passageScope } from '../search/search-scope.ts'

/** Inserts passages that are new to their archive, with their index entries and counts; not their tags. */
export async function addPassages(
  scope: QueryScope,
  archiveId: string,
  passages: readonly PlacedPassage[],
  at: string,
): Promise<void> {
  if (passages.length === 0) return
  const { db, namespace, dialect } = scope
  const rows = await db
    .insertInto('passage')
    .values(
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
    .returning(['row', 'id', 'superseded_by'])
    .execute()
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
    superseded: passages.filter(({ supersededBy }) => supersededBy !== null).length,
    found: passages.filter(({ foundCount }) => foundCount > 0).length,
  })
  if (!hasSets) return
  const entries = rows.map(({ row, id }) => ({ row, text: texts.get(id) ?? '' }))
  await embedEntries(scope, { kind: 'archive', id: archiveId }, entries)
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
