import { type ExpressionBuilder, sql } from 'kysely'
import type { Connection } from '../database/dialect.ts'
import type { Database } from '../database/schema.ts'
import type { AwaitingEnd } from '../port/store.ts'
import { isOpen } from './run-lists.ts'
import { isToBeTold } from './waits.ts'

/* Effects that the end of a run may have. */

interface Named {
  readonly namespace: string
  readonly id: string
}

/** `|| ''` keeps SQLite from scanning all runs of the namespace: few are newer. */
export function cancelledBehind(db: Connection, { namespace, id }: Named) {
  const own = db
    .selectFrom('run as own')
    .where('own.namespace', '=', namespace)
    .where('own.id', '=', id)
  return db
    .selectFrom('run')
    .select('id')
    .where('row', '>', own.select('own.row'))
    .where(sql<boolean>`namespace || '' = ${namespace}`)
    .where(sql`conversation_id || ''`, '=', own.select('own.conversation_id'))
    .where('status', '=', 'cancelled')
    .where('started_at', 'is', null)
}

/** The columns of `AwaitingEnd`, for a query of the run or a statement that ends it. */
export function awaitingEnd(db: Connection, { namespace, id }: Named) {
  return ({ eb, exists, or, selectFrom }: ExpressionBuilder<Database, 'run'>) =>
    [
      exists(isToBeTold(db, namespace, id)).as('waiters'),
      exists(cancelledBehind(db, { namespace, id })).as('cancelled'),
      or([
        eb('run.notice', '<>', 'none'),
        eb('run.job_id', 'is not', null),
        exists(
          selectFrom('sleeptime')
            .select('sleeptime.agent_id')
            .whereRef('sleeptime.namespace', '=', 'run.namespace')
            .whereRef('sleeptime.agent_id', '=', 'run.agent_id'),
        ),
      ]).as('listeners'),
      exists(
        selectFrom('run as next')
          .select('next.row')
          .whereRef('next.namespace', '=', 'run.namespace')
          .whereRef('next.conversation_id', '=', 'run.conversation_id')
          .whereRef('next.row', '>', 'run.row')
          .where(isOpen('next.status')),
      ).as('next'),
    ] as const
}

interface Found {
  readonly waiters: unknown
  readonly cancelled: unknown
  readonly listeners: unknown
  readonly next: unknown
}

export function toAwaitingEnd(found: Found | undefined): AwaitingEnd {
  return {
    hasWaiters: Boolean(found?.waiters),
    hasCancelled: Boolean(found?.cancelled),
    hasListeners: Boolean(found?.listeners),
    hasNext: Boolean(found?.next),
  }
}
