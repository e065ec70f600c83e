import { type RawBuilder, sql } from 'kysely'
import type { TextIndex } from '../database/dialect.ts'
import { rawCondition } from '../database/raw-condition.ts'
import type { RankedFilter, RankedRequest } from '../database/search-request.ts'
import { current, dates, notOfRun } from '../search/entry-conditions.ts'

type Condition = RawBuilder<boolean>

/** The conditions on `entry` that the scopes of a keyword index do not cover; undefined: none. */
export function passesBesideScope(index: TextIndex, filter: RankedFilter): Condition | undefined {
  const ofKind = index === 'passage' ? current(filter) : notOfRun(filter)
  const tags = index === 'passage' ? ofTags(filter) : []
  return both([...[...dates(filter), ...ofKind].map(rawCondition), ...tags])
}

export function ofRoles({ roles = [] }: RankedFilter): Condition {
  return sql`entry.role = ANY(${roles}::text[])`
}

/** All conditions of a request on `entry`, for entries that do not come from a keyword index. */
export function passesWhole({ index, namespace, filter, upTo }: RankedRequest): Condition {
  const owner = sql.ref(index === 'passage' ? 'entry.archive_id' : 'entry.agent_id')
  const ofOwners: Condition = sql`entry.namespace = ${namespace} AND ${owner} = ANY(${filter.owners}::text[])`
  const ofKind =
    index === 'passage'
      ? [...(filter.includeSuperseded ? [] : [sql<boolean>`entry.superseded_by IS NULL`])]
      : [sql<boolean>`entry.text <> ''`, ofRoles(filter)]
  const beside = passesBesideScope(index, filter)
  const early = upTo === undefined ? [] : [sql<boolean>`entry.row <= ${upTo}`]
  return both([ofOwners, ...ofKind, ...early, ...(beside ? [beside] : [])]) ?? ofOwners
}

export function both(conditions: readonly Condition[]): Condition | undefined {
  return conditions.length === 0 ? undefined : sql`${sql.join(conditions, sql` AND `)}`
}

function ofTags({ tags = [] }: RankedFilter): readonly Condition[] {
  return tags.map(
    (anyTag) => sql<boolean>`EXISTS (
      SELECT 1 FROM passage_tag WHERE passage_tag.namespace = entry.namespace
        AND passage_tag.passage_id = entry.id AND tag = ANY(${anyTag}::text[]))`,
  )
}
