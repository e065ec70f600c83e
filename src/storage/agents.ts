import { type Selectable, sql } from 'kysely'
import { z } from 'zod'
import { AGENT_TYPES, type Agent } from '../core/agent.ts'
import { type AgentId, storedId } from '../core/ids.ts'
import { decodeCursor, encodeCursor } from '../core/page.ts'
import { ToolRules } from '../core/tool-rule.ts'
import { recordChange } from './changes.ts'
import type { Database } from './schema.ts'
import type { Scope } from './scope.ts'
import type { AgentReads, AgentWrites } from './store.ts'

const Names = z.array(z.string())
const Type = z.enum(AGENT_TYPES)

export function agentReads({ db, namespace }: Scope): AgentReads {
  async function withTags(
    rows: readonly Selectable<Database['agent']>[],
  ): Promise<readonly Agent[]> {
    if (rows.length === 0) return []
    const tags = await db
      .selectFrom('agent_tag')
      .select(['agent_id', 'tag'])
      .where('namespace', '=', namespace)
      .where(
        'agent_id',
        'in',
        rows.map((row) => row.id),
      )
      .orderBy('position')
      .execute()
    return rows.map((row) =>
      toAgent(
        row,
        tags.filter((tag) => tag.agent_id === row.id).map((tag) => tag.tag),
      ),
    )
  }
  const all = () => db.selectFrom('agent').selectAll().where('namespace', '=', namespace)

  return {
    async get(id) {
      const [agent] = await withTags(await all().where('id', '=', id).execute())
      return agent
    },

    async named(name, limit) {
      return withTags(await all().where('name', '=', name).orderBy('row').limit(limit).execute())
    },

    async list({ query, tags = [], limit, cursor }) {
      const before = decodeCursor(cursor)
      let select = all()
        .orderBy('row', 'desc')
        .limit(limit + 1)
      if (before !== undefined) select = select.where('row', '<', before)
      if (query !== undefined && query !== '') {
        const pattern = `%${query.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`
        select = select.where((eb) =>
          eb.or([
            sql<boolean>`lower(${eb.ref('name')}) LIKE ${pattern} ESCAPE '\\'`,
            sql<boolean>`lower(${eb.ref('description')}) LIKE ${pattern} ESCAPE '\\'`,
          ]),
        )
      }
      for (const tag of tags) {
        select = select.where('id', 'in', (eb) =>
          eb
            .selectFrom('agent_tag')
            .select('agent_id')
            .where('namespace', '=', namespace)
            .where('tag', '=', tag),
        )
      }
      const rows = await select.execute()
      const items = await withTags(rows.slice(0, limit))
      const last = rows[limit - 1]
      return rows.length > limit && last ? { items, nextCursor: encodeCursor(last.row) } : { items }
    },

    async counts(id) {
      const agent = await db
        .selectFrom('agent')
        .select('last_message')
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .executeTakeFirst()
      const passages = await db
        .selectFrom('passage')
        .innerJoin('agent_archive', (join) =>
          join
            .onRef('agent_archive.namespace', '=', 'passage.namespace')
            .onRef('agent_archive.archive_id', '=', 'passage.archive_id'),
        )
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('agent_archive.namespace', '=', namespace)
        .where('agent_archive.agent_id', '=', id)
        .executeTakeFirstOrThrow()
      return { messages: agent?.last_message ?? 0, passages: Number(passages.count) }
    },
  }
}

export function agentWrites({ db, namespace, dialect }: Scope): AgentWrites {
  async function setTags(agentId: AgentId, tags: readonly string[]): Promise<void> {
    await db
      .deleteFrom('agent_tag')
      .where('namespace', '=', namespace)
      .where('agent_id', '=', agentId)
      .execute()
    const unique = [...new Set(tags)]
    if (unique.length === 0) return
    await db
      .insertInto('agent_tag')
      .values(unique.map((tag, position) => ({ namespace, agent_id: agentId, tag, position })))
      .execute()
  }

  /** What this agent has and no other. */
  async function onlyWith(
    agentId: AgentId,
    table: 'agent_archive' | 'agent_block',
    column: 'archive_id' | 'block_id',
  ): Promise<readonly string[]> {
    const { rows } = await sql<{ id: string }>`
      SELECT mine.${sql.ref(column)} AS id FROM ${sql.table(table)} AS mine
      WHERE mine.namespace = ${namespace} AND mine.agent_id = ${agentId} AND NOT EXISTS (
        SELECT 1 FROM ${sql.table(table)} AS other
        WHERE other.namespace = mine.namespace AND other.${sql.ref(column)} = mine.${sql.ref(column)}
          AND other.agent_id <> mine.agent_id
      )`.execute(db)
    return rows.map((row) => row.id)
  }

  async function remove(table: 'archive' | 'block', ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return
    await db.deleteFrom(table).where('namespace', '=', namespace).where('id', 'in', ids).execute()
  }

  return {
    async insert(agent) {
      await db
        .insertInto('agent')
        .values({
          namespace,
          id: agent.id,
          name: agent.name,
          description: agent.description,
          agent_type: agent.agentType,
          model: agent.model,
          context_window: agent.contextWindow,
          system: agent.system,
          tools: JSON.stringify(agent.tools),
          tool_rules: JSON.stringify(agent.toolRules),
          last_message: 0,
          created_at: agent.createdAt,
          updated_at: agent.updatedAt,
        })
        .execute()
      await setTags(agent.id, agent.tags)
      await recordChange(db, namespace, 'agent', agent.id, agent.createdAt)
    },

    async update(id, { tags, tools, toolRules, contextWindow, ...patch }, at) {
      const { numUpdatedRows } = await db
        .updateTable('agent')
        .set({
          ...patch,
          ...(tools && { tools: JSON.stringify(tools) }),
          ...(toolRules && { tool_rules: JSON.stringify(toolRules) }),
          ...(contextWindow !== undefined && { context_window: contextWindow }),
          updated_at: at,
        })
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .executeTakeFirst()
      if (numUpdatedRows === 0n) return false
      if (tags) await setTags(id, tags)
      await recordChange(db, namespace, 'agent', id, at)
      return true
    },

    async delete(id, at) {
      const archives = await onlyWith(id, 'agent_archive', 'archive_id')
      const blocks = await onlyWith(id, 'agent_block', 'block_id')
      const messages = await db
        .selectFrom('message')
        .select('row')
        .where('namespace', '=', namespace)
        .where('agent_id', '=', id)
        .execute()
      const passages =
        archives.length === 0
          ? []
          : await db
              .selectFrom('passage')
              .select('row')
              .where('namespace', '=', namespace)
              .where('archive_id', 'in', archives)
              .execute()
      const rows = (found: readonly { row: number }[]) => found.map(({ row }) => row)
      await dialect.textSearch.remove(db, 'message', rows(messages))
      await dialect.textSearch.remove(db, 'passage', rows(passages))
      const { numDeletedRows } = await db
        .deleteFrom('agent')
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .executeTakeFirst()
      if (numDeletedRows === 0n) return false
      await remove('archive', archives)
      await remove('block', blocks)
      await recordChange(db, namespace, 'agent', id, at)
      return true
    },
  }
}

function toAgent(row: Selectable<Database['agent']>, tags: readonly string[]): Agent {
  return {
    id: storedId('agent', row.id),
    name: row.name,
    description: row.description,
    agentType: Type.parse(row.agent_type),
    model: row.model,
    contextWindow: row.context_window,
    system: row.system,
    tags,
    tools: Names.parse(JSON.parse(row.tools)),
    toolRules: ToolRules.parse(JSON.parse(row.tool_rules)),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
