import type { Selectable } from 'kysely'
import { z } from 'zod'
import { storedId } from '../../core/ids.ts'
import type { Passage } from '../../core/passage.ts'
import { compiled } from '../database/compiled.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'

export type PassageRow = Selectable<Database['passage']>

interface Named {
  readonly namespace: string
  readonly id: string
}

const Tags = z.array(z.string())

/** Passages with their tags, in the order of the rows. */
export async function toPassages(
  { db, namespace }: Pick<QueryScope, 'db' | 'namespace'>,
  rows: readonly PassageRow[],
): Promise<readonly Passage[]> {
  if (rows.length === 0) return []
  const tags = await db
    .selectFrom('passage_tag')
    .select(['passage_id', 'tag'])
    .where('namespace', '=', namespace)
    .where(
      'passage_id',
      'in',
      rows.map((row) => row.id),
    )
    .execute()
  const byPassage = new Map<string, string[]>()
  for (const { passage_id, tag } of tags) {
    const known = byPassage.get(passage_id)
    if (known) known.push(tag)
    else byPassage.set(passage_id, [tag])
  }
  return rows.map((row) => toPassage(row, byPassage.get(row.id) ?? []))
}

/**
 * Passages by row number, with their tags. The namespace is checked afterwards: as a condition beside a list of numbers
 * it makes SQLite read the whole namespace.
 */
export async function passagesByRow(
  { db, namespace, dialect }: Pick<QueryScope, 'db' | 'namespace' | 'dialect'>,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, Passage>> {
  if (numbers.length === 0) return new Map()
  const rows = await db
    .selectFrom('passage')
    .selectAll()
    .select(({ selectFrom }) =>
      selectFrom('passage_tag')
        .select(({ ref }) =>
          dialect.texts(ref('passage_tag.tag'), ref('passage_tag.tag')).as('list'),
        )
        .whereRef('passage_tag.namespace', '=', 'passage.namespace')
        .whereRef('passage_tag.passage_id', '=', 'passage.id')
        .as('tags'),
    )
    .where('row', 'in', numbers)
    .execute()
  return new Map(
    rows
      .filter((row) => row.namespace === namespace)
      .map((row) => {
        const hasTags = row.tags !== null && row.tags !== '[]'
        return [row.row, toPassage(row, hasTags ? Tags.parse(JSON.parse(row.tags ?? '')) : [])]
      }),
  )
}

function toPassage(row: PassageRow, tags: readonly string[]): Passage {
  return {
    id: storedId('passage', row.id),
    archiveId: storedId('archive', row.archive_id),
    text: row.text,
    // Sorted here: in SQL, SQLite would scan all tags of the namespace.
    tags: tags.toSorted((a, b) => (a < b ? -1 : 1)),
    source: row.source,
    createdAt: row.created_at,
    supersededBy: row.superseded_by === null ? null : storedId('passage', row.superseded_by),
    expiresAt: row.expires_at,
    foundCount: row.found_count,
    lastFoundAt: row.last_found_at,
  }
}

const archivesOfAgent = compiled((db, { namespace, id }: Named) =>
  db
    .selectFrom('agent_archive')
    .select('archive_id')
    .where('namespace', '=', namespace)
    .where('agent_id', '=', id)
    .orderBy('archive_id'),
)

/** The archives attached to an agent. */
export async function archivesOf(
  { db, namespace }: Pick<QueryScope, 'db' | 'namespace'>,
  agentId: string,
): Promise<readonly string[]> {
  const { rows } = await archivesOfAgent(db, { namespace, id: agentId })
  return rows.map((row) => row.archive_id)
}
