import type { Selectable } from 'kysely'
import { z } from 'zod'
import { SUMMARY_METHODS, type Summary } from '../../core/agent.ts'
import { type AgentId, storedId } from '../../core/ids.ts'
import { decodeCursor, encodeCursor } from '../../core/page.ts'
import { recordChange } from '../changes/changes.ts'
import { contains } from '../database/contains.ts'
import { lockRead } from '../database/lock-rows.ts'
import type { Database } from '../database/schema.ts'
import type { Scope } from '../database/scope.ts'
import type { AgentReads, AgentWrites } from '../port/store.ts'
import { type AgentRow, agentsOfRows } from './agent-rows.ts'
import { deleteAgent } from './delete-agent.ts'

const Method = z.enum(SUMMARY_METHODS)

export function agentReads(scope: Scope): AgentReads {
  const { db, namespace, dialect } = scope
  const withTags = (rows: readonly AgentRow[]) => agentsOfRows(scope, rows)
  const all = () => db.selectFrom('agent').selectAll().where('namespace', '=', namespace)

  return {
    async get(id) {
      const [agent] = await withTags(
        await all().where('id', '=', id).modifyEnd(lockRead(scope, 'agent')).execute(),
      )
      return agent
    },

    async named(name, limit) {
      return withTags(
        await all()
          .where('name', '=', name)
          .orderBy('row')
          .limit(limit)
          .modifyEnd(lockRead(scope, 'agent'))
          .execute(),
      )
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

    async contextState(id) {
      const agent = await db
        .selectFrom('agent')
        .select([
          'context_from',
          'token_ratio',
          'pressure_told',
          'learned_window',
          'ran_on',
          'summaries_from',
        ])
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .modifyEnd(lockRead(scope, 'agent'))
        .executeTakeFirst()
      const summary = await db
        .selectFrom('summary')
        .selectAll()
        .where('namespace', '=', namespace)
        .where('agent_id', '=', id)
        .where('to_seq', '>=', agent?.summaries_from ?? 1)
        .orderBy('row', 'desc')
        .limit(1)
        .executeTakeFirst()
      return {
        from: agent?.context_from ?? 1,
        tokenRatio: agent?.token_ratio ?? 1,
        pressureTold: agent?.pressure_told === 1,
        learnedWindow: agent?.learned_window ?? null,
        ranOn: agent?.ran_on ?? null,
        summariesFrom: agent?.summaries_from ?? 1,
        summary: summary ? toSummary(summary) : null,
      }
    },

    async summaries(id) {
      const rows = await db
        .selectFrom('summary')
        .selectAll()
        .where('namespace', '=', namespace)
        .where('agent_id', '=', id)
        .orderBy('row')
        .execute()
      return rows.map(toSummary)
    },

    async counts(id) {
      const agent = await db
        .selectFrom('agent')
        .select('last_message')
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .executeTakeFirst()
      const archives = await db
        .selectFrom('archive')
        .innerJoin('agent_archive', (join) =>
          join
            .onRef('agent_archive.namespace', '=', 'archive.namespace')
            .onRef('agent_archive.archive_id', '=', 'archive.id'),
        )
        .select('passage_count')
        .where('agent_archive.namespace', '=', namespace)
        .where('agent_archive.agent_id', '=', id)
        .execute()
      const passages = archives.reduce((sum, archive) => sum + archive.passage_count, 0)
      return { messages: agent?.last_message ?? 0, passages }
    },
  }
}

export function agentWrites(scope: Scope): AgentWrites {
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

    async setContext(id, { from, summary, ...state }, at) {
      const changes = {
        ...(from !== undefined && { context_from: from }),
        ...(state.tokenRatio !== undefined && { token_ratio: state.tokenRatio }),
        ...(state.pressureTold !== undefined && { pressure_told: Number(state.pressureTold) }),
        ...(state.summariesFrom !== undefined && { summaries_from: state.summariesFrom }),
        ...(state.learnedWindow !== undefined && { learned_window: state.learnedWindow }),
        ...(state.ranOn !== undefined && { ran_on: state.ranOn }),
      }
      if (Object.keys(changes).length > 0) {
        await db
          .updateTable('agent')
          .set(changes)
          .where('namespace', '=', namespace)
          .where('id', '=', id)
          .execute()
      }
      if (summary) {
        await db
          .insertInto('summary')
          .values({
            namespace,
            id: summary.id,
            agent_id: id,
            text: summary.text,
            from_seq: summary.fromSeq,
            to_seq: summary.toSeq,
            until: summary.until,
            method: summary.method,
            created_at: at,
          })
          .execute()
      }
      if (from !== undefined) await recordChange(db, namespace, 'agent', id, at)
    },

    delete: (id, at) => deleteAgent(scope, id, at),
  }
}

function toSummary(row: Selectable<Database['summary']>): Summary {
  return {
    id: storedId('summary', row.id),
    text: row.text,
    fromSeq: row.from_seq,
    toSeq: row.to_seq,
    until: row.until,
    method: Method.parse(row.method),
  }
}
