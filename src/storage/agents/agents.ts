import { defaultConversation } from '../../core/conversation.ts'
import { type AgentId, storedId } from '../../core/ids.ts'
import { decodeCursor, encodeCursor } from '../../core/page.ts'
import { recordChange } from '../changes/changes.ts'
import { compiled, lockable } from '../database/compiled.ts'
import { contains } from '../database/contains.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { AgentReads, AgentWrites } from '../port/store.ts'
import { type AgentRow, agentsOfRows, tagsOfAgent, toTaggedAgent } from './agent-rows.ts'
import { deleteAgent } from './delete-agent.ts'
import { passagesOfAgent } from './passages-of-agent.ts'

interface Named {
  readonly namespace: string
  readonly id: string
}

const oneAgent = lockable('agent', (db, { namespace, id }: Named, lock, dialect) =>
  db
    .selectFrom('agent')
    .selectAll('agent')
    .select(tagsOfAgent(dialect))
    .where('agent.namespace', '=', namespace)
    .where('agent.id', '=', id)
    .modifyEnd(lock),
)

interface NamedAs {
  readonly namespace: string
  readonly name: string
  readonly limit: number
}

const agentsNamed = lockable('agent', (db, { namespace, name, limit }: NamedAs, lock, dialect) =>
  db
    .selectFrom('agent')
    .selectAll('agent')
    .select(tagsOfAgent(dialect))
    .where('agent.namespace', '=', namespace)
    .where('agent.name', '=', name)
    .orderBy('agent.row')
    .limit(limit)
    .modifyEnd(lock),
)

const countsOf = compiled((db, { namespace, id }: Named) =>
  db
    .selectFrom('agent')
    .select(({ selectFrom }) => ['last_message', 'deleted_messages', passagesOfAgent(selectFrom)])
    .where('namespace', '=', namespace)
    .where('id', '=', id),
)

const agentOf = (row: AgentRow & { readonly tags: string | null }) =>
  toTaggedAgent({ ...row, tags: row.tags ?? '[]' })

export function agentReads(scope: QueryScope): AgentReads {
  const { db, namespace, dialect } = scope
  const withTags = (rows: readonly AgentRow[]) => agentsOfRows(scope, rows)
  const all = () => db.selectFrom('agent').selectAll().where('namespace', '=', namespace)

  return {
    async get(id) {
      const [row] = (await oneAgent(scope, { namespace, id })).rows
      return row && agentOf(row)
    },

    async named(name, limit) {
      return (await agentsNamed(scope, { namespace, name, limit })).rows.map(agentOf)
    },

    async namesOf(ids) {
      if (ids.length === 0) return new Map()
      const rows = await db
        .selectFrom('agent')
        .select(['id', 'name'])
        .where('namespace', '=', namespace)
        .where('id', 'in', ids)
        .execute()
      return new Map(rows.map(({ id, name }) => [storedId('agent', id), name]))
    },

    async list({ query, tags = [], limit, cursor }) {
      const [before] = decodeCursor(cursor) ?? []
      let select = all()
        .orderBy('row', 'desc')
        .limit(limit + 1)
      if (before !== undefined) select = select.where('row', '<', before)
      if (query !== undefined && query !== '') {
        select = select.where(contains(dialect, ['name', 'description'], query))
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
      const [counts] = (await countsOf(db, { namespace, id })).rows
      const messages = counts ? counts.last_message - counts.deleted_messages : 0
      const passages = Number(counts?.passages ?? 0)
      return { messages, passages }
    },
  }
}

export function agentWrites(scope: QueryScope): AgentWrites {
  const { db, namespace } = scope

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
          learned_window: null,
          ran_on: null,
          embedding: agent.embedding,
          system: agent.system,
          tools: JSON.stringify(agent.tools),
          settings: JSON.stringify(agent.settings),
          tool_rules: JSON.stringify(agent.toolRules),
          metadata: JSON.stringify(agent.metadata ?? {}),
          last_message: 0,
          created_at: agent.createdAt,
          updated_at: agent.updatedAt,
        })
        .execute()
      await setTags(agent.id, agent.tags)
      await db
        .insertInto('conversation')
        .values({
          namespace,
          id: defaultConversation(agent.id),
          agent_id: agent.id,
          created_at: agent.createdAt,
        })
        .execute()
      await recordChange(db, namespace, 'agent', agent.id, agent.createdAt)
    },

    async update(id, { tags, tools, toolRules, contextWindow, settings, metadata, ...patch }, at) {
      const { numUpdatedRows } = await db
        .updateTable('agent')
        .set({
          ...patch,
          ...(tools && { tools: JSON.stringify(tools) }),
          ...(settings && { settings: JSON.stringify(settings) }),
          ...(toolRules && { tool_rules: JSON.stringify(toolRules) }),
          ...(metadata && { metadata: JSON.stringify(metadata) }),
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

    delete: (id, at) => deleteAgent(scope, id, at),
  }
}
