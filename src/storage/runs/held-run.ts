import { sql } from 'kysely'
import type { AgentId, RunId } from '../../core/ids.ts'
import { type AgentFields, agentRecord, toTaggedAgent } from '../agents/agent-rows.ts'
import { compilable, compiled, perDialect } from '../database/compiled.ts'
import { lockRead } from '../database/lock-rows.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Lease, RunWrites, Standing } from '../port/store.ts'
import { RUN_COLUMNS, type RunRow, toRun } from './stored-run.ts'
import { USED } from './used-of-run.ts'

interface Held extends Lease {
  readonly expiresAt: string
  readonly id: RunId
  readonly agentId: AgentId
}

interface Found {
  /** Rows as JSON; null: it is gone. */
  readonly run: string | null
  readonly agent: string | null
  readonly has_children: unknown
}

/** Extends the lease, and locks and reads the run and its agent. */
const holdAndRead = perDialect((dialect) =>
  compiled((db, held: Held) => {
    const { namespace, id, agentId } = held
    const lock = (table: 'run' | 'agent') => lockRead({ dialect, writes: true }, table)
    const used = sql`(SELECT ${USED} FROM step WHERE step.namespace = ${namespace} AND step.run_id = ${id})`
    const run = dialect.record([
      ...RUN_COLUMNS.map((column) => [column, sql.ref(`run.${column}`)] as const),
      ['used', used],
    ])
    return compilable<Found>(
      db,
      sql`UPDATE lease SET expires_at = ${held.expiresAt}
        WHERE namespace = ${namespace} AND conversation_id = ${held.conversationId}
          AND owner = ${held.owner} AND fence = ${held.fence}
        RETURNING
          (SELECT ${run} FROM run WHERE run.namespace = ${namespace} AND run.id = ${id} ${lock('run')}) AS run,
          (SELECT ${agentRecord(dialect)} FROM agent
            WHERE agent.namespace = ${namespace} AND agent.id = ${agentId} ${lock('agent')}) AS agent,
          EXISTS (SELECT 1 FROM run AS child WHERE child.namespace = ${namespace} AND child.parent_run_id = ${id})
            AS has_children`,
    )
  }),
)

/** The statement with which a transaction of a step begins. */
export function heldReads({ db, namespace, dialect }: QueryScope): Pick<RunWrites, 'hold'> {
  return {
    async hold(lease, expiresAt, run): Promise<Standing | false> {
      const held = { ...lease, namespace, expiresAt, id: run.id, agentId: run.agentId }
      const [found] = (await holdAndRead(dialect)(db, held)).rows
      if (!found) return false
      return {
        run: found.run === null ? undefined : toRun(JSON.parse(found.run) as RunRow),
        agent: found.agent === null ? undefined : toTaggedAgent(agentOf(found.agent)),
        hasChildren: Boolean(found.has_children),
      }
    },
  }
}

function agentOf(text: string): AgentFields {
  return JSON.parse(text)
}
