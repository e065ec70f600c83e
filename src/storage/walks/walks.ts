import { type RawBuilder, type Selectable, sql } from 'kysely'
import { storedId } from '../../core/ids.ts'
import type { AgentWalk, Walk } from '../../core/walk.ts'
import { type AgentRow, agentsOfRows } from '../agents/agent-rows.ts'
import { toBlock } from '../blocks/block-rows.ts'
import { toConversation } from '../conversations/conversations.ts'
import { contains } from '../database/contains.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'
import { messageOf } from '../messages/stored-message.ts'
import { toArchive } from '../passages/archives.ts'
import { archivesOf, type PassageRow, toPassages } from '../passages/passage-rows.ts'
import type { PassageWalk, WalkReads } from '../port/store.ts'
import { isOpen } from '../runs/run-lists.ts'
import { runReads } from '../runs/runs.ts'
import { inOrderOf, type Walked, walkIds } from './walk-ids.ts'
import { stepWalks } from './walk-steps.ts'

type Condition = RawBuilder<boolean>
type Row<Table extends keyof Database> = Selectable<Database[Table]>

export function walkReads(scope: QueryScope): WalkReads {
  const { db, namespace, dialect } = scope
  const runs = runReads(scope)

  /** The rows of one page, in order. */
  async function rowsOf<Found extends { readonly id: string }>(
    table: Walked['table'],
    keys: readonly string[],
    where: readonly Condition[],
    walk: Walk,
  ) {
    const ids = await walkIds(scope, { table, keys, where }, walk)
    if (ids.length === 0) return []
    const { rows } = await sql<Found>`
      SELECT * FROM ${sql.table(table)}
      WHERE namespace = ${namespace} AND id IN (${sql.join(ids)})`.execute(db)
    return inOrderOf(ids, rows)
  }

  return {
    ...stepWalks(scope),

    async agents(walk) {
      return agentsOfRows(
        scope,
        await rowsOf<AgentRow>('agent', ['row'], agentConditions(scope, walk), walk),
      )
    },

    async blocks({ label, labelPart, descriptionPart, valuePart, ...walk }) {
      const part = (column: string, text: string | undefined) =>
        text ? [contains(dialect, [column], text)] : []
      const where = [
        ...(label === undefined ? [] : [sql<boolean>`label = ${label}`]),
        ...part('label', labelPart),
        ...part('description', descriptionPart),
        ...part('value', valuePart),
      ]
      return (await rowsOf<Row<'block'>>('block', ['created_at', 'id'], where, walk)).map(toBlock)
    },

    async archives({ name, agentId, onlyFolders = false, ...walk }) {
      const where = [
        ...(onlyFolders ? [sql<boolean>`folder IS NOT NULL`] : []),
        ...(name === undefined ? [] : [sql<boolean>`name = ${name}`]),
        ...(agentId === undefined
          ? []
          : [
              sql<boolean>`id IN (SELECT archive_id FROM agent_archive WHERE namespace = ${namespace} AND agent_id = ${agentId})`,
            ]),
      ]
      return (await rowsOf<Row<'archive'>>('archive', ['created_at', 'id'], where, walk)).map(
        toArchive,
      )
    },

    async passages({ of, ...walk }) {
      const archives = await archivesIn(scope, of)
      if (archives.length === 0) return []
      const where = [
        sql<boolean>`archive_id IN (${sql.join(archives)})`,
        sql<boolean>`superseded_by IS NULL`,
      ]
      return toPassages(
        scope,
        await rowsOf<PassageRow>('passage', ['created_at', 'row'], where, walk),
      )
    },

    async messages({ conversationId, runId, fromSeq, ...walk }) {
      const where = [
        ...(conversationId === undefined
          ? []
          : [sql<boolean>`conversation_id = ${conversationId}`]),
        ...(runId === undefined ? [] : [sql<boolean>`run_id = ${runId}`]),
        ...(fromSeq === undefined ? [] : [sql<boolean>`seq >= ${fromSeq}`]),
        sql<boolean>`elsewhere = 0`,
      ]
      return (
        await rowsOf<Row<'message'>>(
          'message',
          [conversationId === undefined ? 'row' : 'seq'],
          where,
          walk,
        )
      ).map(messageOf)
    },

    async message(id) {
      const row = await db
        .selectFrom('message')
        .selectAll()
        .where('namespace', '=', namespace)
        .where('id', '=', id)
        .executeTakeFirst()
      return row && messageOf(row)
    },

    async conversations({ agentId, ...walk }) {
      // The id of a default conversation is that of its agent but for the prefix.
      const where = [
        sql<boolean>`substr(id, ${'conv-'.length + 1}) <> substr(agent_id, ${'agent-'.length + 1})`,
        ...(agentId === undefined ? [] : [sql<boolean>`agent_id = ${agentId}`]),
      ]
      return (await rowsOf<Row<'conversation'>>('conversation', ['row'], where, walk)).map(
        toConversation,
      )
    },

    async runs({ agentId, isOpen: onlyOpen, ...walk }) {
      const where = [
        ...(agentId === undefined ? [] : [sql<boolean>`agent_id = ${agentId}`]),
        ...(onlyOpen === true ? [isOpen('status')] : []),
      ]
      const ids = await walkIds(scope, { table: 'run', keys: ['row'], where }, walk)
      const found = await Promise.all(ids.map((id) => runs.get(storedId('run', id))))
      return found.filter((run) => run !== undefined)
    },

    async agentTags() {
      const rows = await db
        .selectFrom('agent_tag')
        .select('tag')
        .distinct()
        .where('namespace', '=', namespace)
        .orderBy('tag')
        .execute()
      return rows.map((row) => row.tag)
    },

    async countAgents() {
      const { count } = await db
        .selectFrom('agent')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('namespace', '=', namespace)
        .executeTakeFirstOrThrow()
      return Number(count)
    },
  }
}

function agentConditions(
  { namespace, dialect }: QueryScope,
  { name, query, tags = [], matchAllTags = false }: AgentWalk,
): readonly Condition[] {
  const tagged = (some: readonly string[]) =>
    sql<boolean>`id IN (SELECT agent_id FROM agent_tag WHERE namespace = ${namespace} AND tag IN (${sql.join(some)}))`
  const groups = matchAllTags ? tags.map((tag) => [tag]) : [tags]
  return [
    ...(name === undefined ? [] : [sql<boolean>`name = ${name}`]),
    ...(query ? [contains(dialect, ['name', 'description'], query)] : []),
    ...(tags.length === 0 ? [] : groups.map(tagged)),
  ]
}

async function archivesIn(scope: QueryScope, of: PassageWalk['of']): Promise<readonly string[]> {
  return 'archiveId' in of ? [of.archiveId] : archivesOf(scope, of.agentId)
}
