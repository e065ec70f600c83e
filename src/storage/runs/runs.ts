import { sql } from 'kysely'
import { z } from 'zod'
import { storedId } from '../../core/ids.ts'
import { encodeCursor } from '../../core/page.ts'
import { FINISHES } from '../../core/run.ts'
import { compiled, lockable } from '../database/compiled.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { RunReads } from '../port/store.ts'
import { awaitingEnd, cancelledBehind, toAwaitingEnd } from './awaiting-end.ts'
import { isOpen, newestRuns } from './run-lists.ts'
import { stepsOf } from './run-steps.ts'
import { Status, toRun, Waiting } from './stored-run.ts'
import { toStepCall } from './tool-calls.ts'
import { usedOfRun } from './used-of-run.ts'
import { wholeRun } from './whole-run.ts'

/** Runs with the summed usage of their steps. */
function runsOf({ db, namespace }: Pick<QueryScope, 'db' | 'namespace'>) {
  return db
    .selectFrom('run')
    .selectAll('run')
    .select(usedOfRun)
    .where('run.namespace', '=', namespace)
}

interface Named {
  readonly namespace: string
  readonly id: string
}

const oneRun = lockable('run', (db, { namespace, id }: Named, lock) =>
  runsOf({ db, namespace }).where('run.id', '=', id).modifyEnd(lock),
)

const stateOfRun = compiled((db, { namespace, id }: Named) =>
  db
    .selectFrom('run')
    .select(['status', 'waiting_for', 'cancel_requested'])
    .where('namespace', '=', namespace)
    .where('id', '=', id),
)

const openStepOf = compiled((db, { namespace, id }: Named) =>
  db
    .selectFrom('step')
    .selectAll()
    .where('namespace', '=', namespace)
    .where('run_id', '=', id)
    .where('state', '<>', 'done'),
)

const callsOfStep = compiled((db, { namespace, id }: Named) =>
  db
    .selectFrom('tool_call')
    .selectAll()
    .where('namespace', '=', namespace)
    .where('step_id', '=', id)
    .orderBy('call_index'),
)

const earlierRun = compiled((db, { namespace, id }: Named) =>
  db
    .selectFrom('run as own')
    .innerJoin('run as earlier', (join) =>
      join
        .onRef('earlier.namespace', '=', 'own.namespace')
        .onRef('earlier.conversation_id', '=', 'own.conversation_id')
        .onRef('earlier.row', '<', 'own.row'),
    )
    .select('earlier.row')
    .where('own.namespace', '=', namespace)
    .where('own.id', '=', id)
    .where(isOpen('earlier.status'))
    .limit(1),
)

const cancelledAfter = compiled(cancelledBehind)

const awaitingEndOf = compiled((db, { namespace, id }: Named) =>
  db
    .selectFrom('run')
    .select(awaitingEnd(db, { namespace, id }))
    .where('namespace', '=', namespace)
    .where('id', '=', id),
)

export function runReads(scope: QueryScope): RunReads {
  const { db, namespace } = scope
  const all = () => runsOf(scope)

  return {
    async get(id) {
      const [row] = (await oneRun(scope, { namespace, id })).rows
      return row && toRun(row)
    },

    whole: (id) => wholeRun(scope, id),

    steps: (id) => stepsOf(scope, id),

    async state(id) {
      const [row] = (await stateOfRun(db, { namespace, id })).rows
      if (!row) return undefined
      return {
        status: Status.parse(row.status),
        waitingFor: Waiting.parse(row.waiting_for),
        cancelRequested: row.cancel_requested === 1,
      }
    },

    async list(filter) {
      const numbers = await newestRuns(db, namespace, filter)
      const page = numbers.slice(0, filter.limit)
      const last = page.at(-1)
      if (last === undefined) return { items: [] }
      const rows = await all().where('run.row', 'in', page).orderBy('run.row', 'desc').execute()
      return {
        items: rows.map(toRun),
        ...(numbers.length > page.length && { nextCursor: encodeCursor(last) }),
      }
    },

    async byIdempotencyKey(agentId, key) {
      const row = await all()
        .where('run.agent_id', '=', agentId)
        .where('run.idempotency_key', '=', key)
        .executeTakeFirst()
      return row && toRun(row)
    },

    async tasksOf(agentId, limit) {
      const rows = await all()
        .where('run.sender_agent_id', '=', agentId)
        .where(sql<boolean>`run.notice <> 'none'`)
        .orderBy('run.row', 'desc')
        .limit(limit)
        .execute()
      return rows.map(toRun)
    },

    async openOfJob(id) {
      const rows = await db
        .selectFrom('run')
        .select('id')
        .where('namespace', '=', namespace)
        .where('job_id', '=', id)
        .where(isOpen('status'))
        .orderBy('row')
        .execute()
      return rows.map((row) => storedId('run', row.id))
    },

    async newestOpen(id) {
      const row = await db
        .selectFrom('run')
        .select('id')
        .where('namespace', '=', namespace)
        .where('conversation_id', '=', id)
        .where(isOpen('status'))
        .orderBy('row', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row && storedId('run', row.id)
    },

    async blocking(id) {
      const row = await all()
        .innerJoin('run as own', (join) =>
          join
            .onRef('own.namespace', '=', 'run.namespace')
            .onRef('own.conversation_id', '=', 'run.conversation_id')
            .onRef('own.row', '>', 'run.row'),
        )
        .where('own.id', '=', id)
        .where('run.status', 'in', ['waiting', 'requires_approval'])
        .orderBy('run.row')
        .limit(1)
        .executeTakeFirst()
      return row && toRun(row)
    },

    async isAtWork(id) {
      const row = await db
        .selectFrom('run')
        .select('id')
        .where('namespace', '=', namespace)
        .where('conversation_id', '=', id)
        .where(isOpen('status'))
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },

    async hasItsTurn(id) {
      return (await earlierRun(db, { namespace, id })).rows.length === 0
    },

    async awaitingEnd(id) {
      const [found] = (await awaitingEndOf(db, { namespace, id })).rows
      return toAwaitingEnd(found)
    },

    async cancelledBehind(id) {
      const cancelled = (await cancelledAfter(db, { namespace, id })).rows
      if (cancelled.length === 0) return []
      const ids = cancelled.map((run) => run.id)
      return (await all().where('run.id', 'in', ids).orderBy('run.row').execute()).map(toRun)
    },

    async currentStep(runId) {
      const [step] = (await openStepOf(db, { namespace, id: runId })).rows
      if (!step) return undefined
      const calls =
        step.state === 'model' ? [] : (await callsOfStep(db, { namespace, id: step.id })).rows
      return {
        id: storedId('step', step.id),
        number: step.number,
        state: z.enum(['model', 'tools']).parse(step.state),
        finish: z.enum(FINISHES).nullable().parse(step.finish),
        clientAnswer: step.client_answer,
        calls: calls.map(toStepCall),
      }
    },

    async lastStep(runId) {
      const row = await db
        .selectFrom('step')
        .select((eb) => eb.fn.max('number').as('number'))
        .where('namespace', '=', namespace)
        .where('run_id', '=', runId)
        .executeTakeFirst()
      return row?.number ?? 0
    },
  }
}
