import { type Selectable, sql } from 'kysely'
import { type AgentId, storedId } from '../../core/ids.ts'
import { changed } from '../database/changed.ts'
import { compiled } from '../database/compiled.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'
import type {
  Sleeptime,
  SleeptimeReads,
  SleeptimeSettings,
  SleeptimeWrites,
} from '../port/store.ts'

const FREE = { window_run_id: null, window_to: null, window_passages_to: null } as const

/** Read at the end of every run. */
const ofAgent = compiled((db, { namespace, id }: { namespace: string; id: string }) =>
  db
    .selectFrom('sleeptime')
    .selectAll()
    .where('namespace', '=', namespace)
    .where('agent_id', '=', id),
)

export function sleeptimeReads({ db, namespace }: QueryScope): SleeptimeReads {
  return {
    async get(agentId) {
      const [row] = (await ofAgent(db, { namespace, id: agentId })).rows
      return row && toSleeptime(row)
    },

    async turnsSince(agentId, seq) {
      const { count } = await db
        .selectFrom('message')
        .innerJoin('run', (join) =>
          join
            .onRef('run.namespace', '=', 'message.namespace')
            .onRef('run.id', '=', 'message.run_id'),
        )
        .select(({ fn }) => fn.count<number>('run.id').distinct().as('count'))
        .where('message.namespace', '=', namespace)
        .where('message.agent_id', '=', agentId)
        .where('message.seq', '>', seq)
        .where('run.completed_at', 'is not', null)
        .executeTakeFirstOrThrow()
      return Number(count)
    },
  }
}

type Cursor = Pick<Sleeptime, 'doneTo' | 'passagesTo'>

export function sleeptimeWrites({ db, namespace }: QueryScope): SleeptimeWrites {
  const update = (agentId: AgentId) =>
    db.updateTable('sleeptime').where('namespace', '=', namespace).where('agent_id', '=', agentId)
  const updateAt = (agentId: AgentId, { doneTo, passagesTo }: Cursor) =>
    update(agentId)
      .where('done_to', '=', doneTo)
      .where('passages_to', '=', passagesTo)
      .where('window_run_id', 'is', null)

  return {
    async insert({ agentId, companionId, doneTo, passagesTo, ...settings }) {
      await db
        .insertInto('sleeptime')
        .values({
          ...{ namespace, agent_id: agentId, companion_id: companionId, ...FREE },
          ...{ done_to: doneTo, passages_to: passagesTo, ...columnsOf(settings) },
        })
        .execute()
    },

    async configure(agentId, settings) {
      return changed(await update(agentId).set(columnsOf(settings)).executeTakeFirst())
    },

    async open(agentId, from, { runId, to, passagesTo }) {
      return changed(
        await updateAt(agentId, from)
          .set({ window_run_id: runId, window_to: to, window_passages_to: passagesTo })
          .executeTakeFirst(),
      )
    },

    async skip(agentId, from, to) {
      return changed(
        await updateAt(agentId, from)
          .set({ done_to: to.doneTo, passages_to: to.passagesTo })
          .executeTakeFirst(),
      )
    },

    async close(runId, isDone) {
      const row = await db
        .updateTable('sleeptime')
        .set({
          ...FREE,
          ...(isDone && {
            done_to: sql<number>`coalesce(window_to, done_to)`,
            passages_to: sql<number>`coalesce(window_passages_to, passages_to)`,
          }),
        })
        .where('namespace', '=', namespace)
        .where('window_run_id', '=', runId)
        .returning(['agent_id', 'companion_id'])
        .executeTakeFirst()
      if (!row) return undefined
      const { agent_id, companion_id } = row
      return { agentId: storedId('agent', agent_id), companionId: storedId('agent', companion_id) }
    },
  }
}

function columnsOf({ isEnabled, everyTurns, model, writesNotes }: SleeptimeSettings) {
  const flags = { enabled: Number(isEnabled), notes: Number(writesNotes) }
  return { ...flags, every_turns: everyTurns, model }
}

function toSleeptime(row: Selectable<Database['sleeptime']>): Sleeptime {
  const { window_run_id: runId, window_to: to, window_passages_to: passagesTo } = row
  return {
    agentId: storedId('agent', row.agent_id),
    companionId: storedId('agent', row.companion_id),
    isEnabled: row.enabled === 1,
    everyTurns: row.every_turns,
    model: row.model,
    writesNotes: row.notes === 1,
    doneTo: row.done_to,
    passagesTo: row.passages_to,
    window:
      runId === null
        ? null
        : {
            runId: storedId('run', runId),
            to: to ?? row.done_to,
            passagesTo: passagesTo ?? row.passages_to,
          },
  }
}
