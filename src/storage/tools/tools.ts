import type { Selectable } from 'kysely'
import { storedId, type ToolId } from '../../core/ids.ts'
import { decodeCursor, pageOf } from '../../core/page.ts'
import { type StoredTool, ToolDefinition, ToolGrant } from '../../core/stored-tool.ts'
import { recordChange } from '../changes/changes.ts'
import { contains } from '../database/contains.ts'
import { lockRead } from '../database/lock-rows.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'
import { StaleRead } from '../database/stale-read.ts'
import type { ToolNote, ToolReads, ToolWrites } from '../port/store.ts'
import { toolVersionReads } from './tool-versions.ts'

export function toolReads(scope: QueryScope): ToolReads {
  const { db, namespace, dialect } = scope
  const all = () => db.selectFrom('tool').selectAll().where('namespace', '=', namespace)

  return {
    ...toolVersionReads(scope),

    async get(id) {
      const row = await all()
        .where('id', '=', id)
        .modifyEnd(lockRead(scope, 'tool'))
        .executeTakeFirst()
      return row && toTool(row)
    },

    async named(names) {
      if (names.length === 0) return []
      return (await all().where('name', 'in', names).execute()).map(toTool)
    },

    async list({ query = '', tags = [], limit, cursor }) {
      const [before] = decodeCursor(cursor) ?? []
      let select = all()
        .orderBy('row', 'desc')
        .limit(limit + 1)
      if (before !== undefined) select = select.where('row', '<', before)
      if (query !== '') select = select.where(contains(dialect, ['name', 'description'], query))
      for (const tag of tags) {
        select = select.where('id', 'in', (eb) =>
          eb
            .selectFrom('tool_tag')
            .select('tool_id')
            .where('namespace', '=', namespace)
            .where('tag', '=', tag),
        )
      }
      return pageOf(await select.execute(), limit, toTool, ({ row }) => [row])
    },

    async ofAgent(agentId) {
      const rows = await db
        .selectFrom('agent_tool')
        .innerJoin('tool', (join) =>
          join
            .onRef('tool.namespace', '=', 'agent_tool.namespace')
            .onRef('tool.id', '=', 'agent_tool.tool_id'),
        )
        .selectAll('tool')
        .select(['agent_tool.approved', 'agent_tool.loaded'])
        .where('agent_tool.namespace', '=', namespace)
        .where('agent_tool.agent_id', '=', agentId)
        .execute()
      return rows.map((row) => ({
        tool: toTool(row),
        grant: row.approved === null ? null : ToolGrant.parse(JSON.parse(row.approved)),
        loaded: row.loaded,
      }))
    },

    async agentsOf(id) {
      const rows = await db
        .selectFrom('agent_tool')
        .select('agent_id')
        .where('namespace', '=', namespace)
        .where('tool_id', '=', id)
        .orderBy('agent_id')
        .execute()
      return rows.map((row) => storedId('agent', row.agent_id))
    },
  }
}

export function toolWrites({ db, namespace }: QueryScope): ToolWrites {
  async function addVersion(
    id: ToolId,
    version: number,
    definition: ToolDefinition,
    { author, at, reason }: ToolNote,
  ): Promise<void> {
    await db
      .insertInto('tool_version')
      .values({
        namespace,
        tool_id: id,
        version,
        definition: JSON.stringify(definition),
        at,
        author: author.name,
        run_id: author.runId ?? null,
        call_id: author.callId ?? null,
        reason: reason ?? null,
      })
      .execute()
    await db
      .deleteFrom('tool_tag')
      .where('namespace', '=', namespace)
      .where('tool_id', '=', id)
      .execute()
    if (definition.tags.length > 0) {
      await db
        .insertInto('tool_tag')
        .values(definition.tags.map((tag) => ({ namespace, tool_id: id, tag })))
        .execute()
    }
    await recordChange(db, namespace, 'tool', id, at)
  }

  return {
    async insert(id, definition, note) {
      const { name, description } = definition
      const row = await db
        .insertInto('tool')
        .values({
          namespace,
          id,
          name,
          description,
          definition: JSON.stringify(definition),
          version: 1,
          author: note.author.name,
          created_at: note.at,
          updated_at: note.at,
        })
        .onConflict((conflict) => conflict.columns(['namespace', 'name']).doNothing())
        .returningAll()
        .executeTakeFirst()
      if (!row) return undefined
      await addVersion(id, 1, definition, note)
      return toTool(row)
    },

    async update({ id, version }, definition, note) {
      const { name, description } = definition
      const holder = await db
        .selectFrom('tool')
        .select('id')
        .where('namespace', '=', namespace)
        .where('name', '=', name)
        .executeTakeFirst()
      if (holder && holder.id !== id) return undefined
      const row = await db
        .updateTable('tool')
        .set({
          name,
          description,
          definition: JSON.stringify(definition),
          version: version + 1,
          updated_at: note.at,
        })
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .where('version', '=', version)
        .returningAll()
        .executeTakeFirst()
      if (!row) throw new StaleRead('the tool is not the one read in this transaction')
      await addVersion(id, version + 1, definition, note)
      return toTool(row)
    },

    async delete(id, at) {
      const { numDeletedRows } = await db
        .deleteFrom('tool')
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .executeTakeFirst()
      if (numDeletedRows === 0n) return false
      await recordChange(db, namespace, 'tool', id, at)
      return true
    },

    async attach(agentId, id, grant) {
      const approved = grant === null ? null : JSON.stringify(grant)
      await db
        .insertInto('agent_tool')
        .values({ namespace, agent_id: agentId, tool_id: id, approved })
        .onConflict((conflict) =>
          conflict.columns(['namespace', 'agent_id', 'tool_id']).doUpdateSet({ approved }),
        )
        .execute()
    },

    async detach(agentId, id) {
      const { numDeletedRows } = await db
        .deleteFrom('agent_tool')
        .where('namespace', '=', namespace)
        .where('agent_id', '=', agentId)
        .where('tool_id', '=', id)
        .executeTakeFirst()
      return numDeletedRows > 0n
    },

    async setLoaded(agentId, ids) {
      const places = () =>
        db
          .updateTable('agent_tool')
          .where('namespace', '=', namespace)
          .where('agent_id', '=', agentId)
      await places().set({ loaded: 0 }).execute()
      for (const [index, id] of ids.entries()) {
        await places()
          .set({ loaded: index + 1 })
          .where('tool_id', '=', id)
          .execute()
      }
    },
  }
}

function toTool(row: Selectable<Database['tool']>): StoredTool {
  return {
    ...ToolDefinition.parse(JSON.parse(row.definition)),
    id: storedId('tool', row.id),
    version: row.version,
    author: row.author,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
