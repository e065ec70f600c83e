import { type RawBuilder, sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'
import type { RankedRequest } from '../database/search-request.ts'
import {
  type Entry,
  type EntryReads,
  messageLines,
  passageLines,
  type Stretch,
} from '../search/read-candidates.ts'
import { both, ofRoles, passesBesideScope } from './entry-filter.ts'

/** Passages or messages with their neighbours, as of when `upTo` was the newest row. */
export function entryReads(
  db: Connection,
  { index, namespace, filter }: RankedRequest,
  upTo: number,
): EntryReads {
  const beside = passesBesideScope(index, filter)
  const passes =
    both([...(index === 'message' ? [ofRoles(filter)] : []), ...(beside ? [beside] : [])]) ??
    sql<boolean>`true`
  const columns = index === 'passage' ? PASSAGE : MESSAGE
  const ofLine =
    index === 'passage'
      ? sql`entry.archive_id = line.owner AND entry.source = line.kind AND entry.source <> ''
          AND entry.position BETWEEN line.first AND line.last AND entry.superseded_by IS NULL`
      : sql`entry.agent_id = line.owner AND entry.seq BETWEEN line.first AND line.last
          AND entry.text <> '' AND entry.role IN ('user', 'assistant')`
  return {
    ...(index === 'passage' ? passageLines : messageLines),

    async read(rows) {
      const { rows: found } = await sql<Entry>`
        SELECT ${columns}, true AS passes FROM ${sql.table(index)} AS entry
        WHERE entry.row = ANY(${rows}::bigint[])`.execute(db)
      return found
    },

    async stretches(stretches) {
      const of = <T>(value: (stretch: Stretch) => T) => stretches.map(value)
      const { rows: found } = await sql<Entry>`
        SELECT found.* FROM unnest(
          ${of(({ member }) => member.owner)}::text[], ${of(({ member }) => member.kind)}::text[],
          ${of(({ from }) => from)}::bigint[], ${of(({ to }) => to)}::bigint[]
        ) AS line (owner, kind, first, last)
        CROSS JOIN LATERAL (
          SELECT ${columns}, ${passes} AS passes FROM ${sql.table(index)} AS entry
          WHERE entry.namespace = ${namespace} AND ${ofLine} AND entry.row <= ${upTo}
          OFFSET 0
        ) AS found`.execute(db)
      return found
    },
  }
}

const PASSAGE: RawBuilder<unknown> = sql`entry.row, entry.archive_id AS owner, entry.text,
  entry.position AS place, entry.source AS kind, entry.created_at AS at`
const MESSAGE: RawBuilder<unknown> = sql`entry.row, entry.agent_id AS owner, entry.text,
  entry.seq AS place, entry.role AS kind, entry.created_at AS at`
