import { type Selectable, sql } from 'kysely'
import { z } from 'zod'
import type { Author, Block } from '../../core/block.ts'
import { storedId } from '../../core/ids.ts'
import { decodeCursor, encodeCursor } from '../../core/page.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'
import type { VersionReads } from '../port/store.ts'

const Outsider = z.enum(['client', 'import'])

export function versionReads({ db, namespace }: QueryScope): VersionReads {
  const attachments = (agentId: string, at: string) =>
    db
      .selectFrom('agent_block')
      .select(['row', 'block_id'])
      .where('namespace', '=', namespace)
      .where('agent_id', '=', agentId)
      .where('attached_at', '<=', at)
      .unionAll(
        db
          .selectFrom('past_attachment')
          .select(['attachment as row', 'block_id'])
          .where('namespace', '=', namespace)
          .where('agent_id', '=', agentId)
          .where('attached_at', '<=', at)
          .where('detached_at', '>', at),
      )
      .orderBy('row')
      .execute()

  async function blockAt(id: string, at: string): Promise<Block | undefined> {
    const row = await db
      .selectFrom('block_version')
      .innerJoin('block', (join) =>
        join
          .onRef('block.namespace', '=', 'block_version.namespace')
          .onRef('block.id', '=', 'block_version.block_id'),
      )
      .selectAll('block_version')
      .select(['block.label', 'block.created_at'])
      .where('block_version.namespace', '=', namespace)
      .where('block_version.block_id', '=', id)
      .where('block_version.at', '<=', at)
      .orderBy('block_version.version', 'desc')
      .limit(1)
      .executeTakeFirst()
    return (
      row && {
        id: storedId('block', row.block_id),
        label: row.label,
        value: row.value,
        description: row.description,
        limit: row.value_limit,
        readOnly: row.read_only === 1,
        version: row.version,
        createdAt: row.created_at,
        updatedAt: row.at,
      }
    )
  }

  return {
    async versions(id, { limit, cursor }) {
      const [before] = decodeCursor(cursor) ?? []
      let select = db
        .selectFrom('block_version')
        .select(['version', 'at', 'author', 'agent_id', 'run_id', 'call_id', 'reason'])
        .select(sql<number>`length(value)`.as('chars'))
        .where('namespace', '=', namespace)
        .where('block_id', '=', id)
        .orderBy('version', 'desc')
        .limit(limit + 1)
      if (before !== undefined) select = select.where('version', '<', before)
      const rows = await select.execute()
      const items = rows.slice(0, limit).map((row) => ({
        version: row.version,
        at: row.at,
        author: toAuthor(row),
        reason: row.reason,
        chars: row.chars,
      }))
      const last = items.at(-1)
      return rows.length > limit && last
        ? { items, nextCursor: encodeCursor(last.version) }
        : { items }
    },

    async versionsAfter(id, after, limit) {
      const rows = await db
        .selectFrom('block_version')
        .selectAll()
        .where('namespace', '=', namespace)
        .where('block_id', '=', id)
        .where('version', '>', after)
        .orderBy('version')
        .limit(limit)
        .execute()
      return rows.map((row) => ({
        version: row.version,
        value: row.value,
        description: row.description,
        limit: row.value_limit,
        readOnly: row.read_only === 1,
        at: row.at,
        author: toAuthor(row),
        reason: row.reason,
      }))
    },

    async valueAt(id, version) {
      const row = await db
        .selectFrom('block_version')
        .select('value')
        .where('namespace', '=', namespace)
        .where('block_id', '=', id)
        .where('version', '=', version)
        .executeTakeFirst()
      return row?.value
    },

    async asOf(agentId, at) {
      const blocks: Block[] = []
      for (const { block_id } of await attachments(agentId, at)) {
        const block = await blockAt(block_id, at)
        if (block) blocks.push(block)
      }
      return blocks
    },
  }
}

type VersionRow = Selectable<Database['block_version']>

function toAuthor(row: Pick<VersionRow, 'author' | 'agent_id' | 'run_id' | 'call_id'>): Author {
  if (row.author !== 'agent') return { kind: Outsider.parse(row.author) }
  return {
    kind: 'agent',
    agentId: storedId('agent', row.agent_id ?? ''),
    runId: row.run_id === null ? null : storedId('run', row.run_id),
    callId: row.call_id === null ? null : storedId('call', row.call_id),
  }
}
