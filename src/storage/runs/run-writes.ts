import type { Insertable } from 'kysely'
import { defaultConversation } from '../../core/conversation.ts'
import type { RunId } from '../../core/ids.ts'
import { type AcceptedRun, rootOrigin } from '../../core/run.ts'
import { recordChange } from '../changes/changes.ts'
import { changed } from '../database/changed.ts'
import { compiled, compiledRows } from '../database/compiled.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { Database } from '../database/schema.ts'
import type { NewRun, RunWrites } from '../port/store.ts'
import { awaitingEnd, toAwaitingEnd } from './awaiting-end.ts'
import { callWrites } from './call-writes.ts'
import { heldReads } from './held-run.ts'
import { leaseWrites } from './lease-writes.ts'
import { isOpen } from './run-lists.ts'
import { stepWrites } from './step-writes.ts'
import { stateOf, toRun } from './stored-run.ts'

const insertRows = compiledRows(
  [
    'namespace',
    'id',
    'agent_id',
    'conversation_id',
    'parent_run_id',
    'root_run_id',
    'depth',
    'hops',
    'sender',
    'sender_agent_id',
    'notice',
    'job_id',
    'accepted_by',
    'status',
    'stop_reason',
    'input',
    'pictures',
    'inputs',
    'client_tools',
    'idempotency_key',
    'max_steps',
    'cancel_requested',
    'waiting_for',
    'retry_at',
    'error',
    'warnings',
    'created_at',
    'started_at',
    'paused_at',
    'completed_at',
    'client_samples',
    'scopes',
  ],
  (db, rows: readonly Insertable<Database['run']>[]) =>
    db
      .insertInto('run')
      .values(rows)
      .returningAll()
      .returning(({ exists, selectFrom }) =>
        exists(
          selectFrom('run as earlier')
            .select('earlier.row')
            .whereRef('earlier.namespace', '=', 'run.namespace')
            .whereRef('earlier.conversation_id', '=', 'run.conversation_id')
            .whereRef('earlier.row', '<', 'run.row')
            .where(isOpen('earlier.status')),
        ).as('is_behind'),
      ),
)

interface Ended {
  readonly namespace: string
  readonly id: string
  readonly status: string
  readonly stopReason: string
  readonly error: string | null
  readonly warnings: string | null
  readonly at: string
}

const finishRun = compiled((db, ended: Ended) =>
  db
    .updateTable('run')
    .set((eb) => ({
      status: ended.status,
      stop_reason: ended.stopReason,
      waiting_for: null,
      retry_at: null,
      missing: null,
      ask: null,
      error: ended.error,
      warnings: eb.fn.coalesce(eb.cast<string>(eb.val(ended.warnings), 'text'), 'warnings'),
      completed_at: ended.at,
    }))
    .where('namespace', '=', ended.namespace)
    .where('id', '=', ended.id)
    .where(isOpen('status'))
    .returning(awaitingEnd(db, ended)),
)

function storedWarnings(warnings: readonly string[]): string {
  return JSON.stringify([...new Set(warnings)])
}

export function runWrites(scope: QueryScope): RunWrites {
  return {
    ...runRowWrites(scope),
    ...leaseWrites(scope),
    ...heldReads(scope),
    ...stepWrites(scope),
    ...callWrites(scope),
  }
}

function runRowWrites(
  scope: QueryScope,
): Pick<RunWrites, 'insert' | 'start' | 'requestCancel' | 'postpone' | 'finish' | 'setWarnings'> {
  const { db, namespace } = scope
  const updateRun = (id: RunId) =>
    db.updateTable('run').where('namespace', '=', namespace).where('id', '=', id)
  return {
    insert: (run) => insertRun(scope, run),

    async start(id, at) {
      const started = changed(
        await updateRun(id)
          .where('started_at', 'is', null)
          .set({ started_at: at })
          .executeTakeFirst(),
      )
      if (started) await recordChange(db, namespace, 'run', id, at)
      return started
    },

    async requestCancel(id, at) {
      const requested = changed(
        await updateRun(id).where(isOpen('status')).set({ cancel_requested: 1 }).executeTakeFirst(),
      )
      if (requested) await recordChange(db, namespace, 'run', id, at)
      return requested
    },

    async postpone(id, waiting, at) {
      const postponed = changed(
        await updateRun(id)
          .where('status', '=', 'running')
          .set({
            status: 'waiting',
            waiting_for: waiting.waitingFor,
            retry_at: waiting.retryAt,
            missing: waiting.missing ?? null,
            // A wait with a time runs on the run's own time; others count as paused.
            paused_at: waiting.retryAt === null ? at : null,
          })
          .executeTakeFirst(),
      )
      if (postponed) await recordChange(db, namespace, 'run', id, at)
      return postponed
    },

    async finish(id, { status, stopReason, error, warnings, at }) {
      const { rows } = await finishRun(db, {
        ...{ namespace, id, status, stopReason, at },
        error: error && JSON.stringify(error),
        warnings: warnings ? storedWarnings(warnings) : null,
      })
      const [found] = rows
      if (!found) return false
      const awaiting = toAwaitingEnd(found)
      const isLast = !awaiting.hasNext
      const ended = { status, waitingFor: null, cancelRequested: status === 'cancelled', isLast }
      await recordChange(db, namespace, 'run', id, at, ended)
      return awaiting
    },

    async setWarnings(id, warnings) {
      await updateRun(id)
        .set({ warnings: storedWarnings(warnings) })
        .execute()
    },
  }
}

async function insertRun({ db, namespace }: QueryScope, run: NewRun): Promise<AcceptedRun> {
  const origin = run.origin ?? rootOrigin(run.id)
  const { rows } = await insertRows(db, [
    {
      namespace,
      id: run.id,
      agent_id: run.agentId,
      conversation_id: run.conversationId ?? defaultConversation(run.agentId),
      parent_run_id: origin.parentRunId,
      root_run_id: origin.rootRunId,
      depth: origin.depth,
      hops: origin.hops,
      sender: origin.sender,
      sender_agent_id: origin.senderAgentId,
      notice: run.notice ?? 'none',
      job_id: run.jobId ?? null,
      accepted_by: run.acceptedBy,
      status: 'queued',
      stop_reason: null,
      input: run.input,
      pictures: JSON.stringify(run.pictures ?? []),
      inputs: run.inputs ? JSON.stringify(run.inputs) : null,
      client_tools: run.clientTools ? JSON.stringify(run.clientTools) : null,
      idempotency_key: run.idempotencyKey,
      max_steps: run.maxSteps,
      cancel_requested: 0,
      waiting_for: null,
      retry_at: null,
      error: null,
      warnings: '[]',
      created_at: run.createdAt,
      started_at: null,
      paused_at: null,
      completed_at: null,
      client_samples: run.clientSamples ? 1 : 0,
      scopes: run.scopes === undefined ? null : JSON.stringify(run.scopes),
    },
  ])
  const [inserted] = rows
  if (!inserted) throw new Error('an inserted run was not returned')
  // It has no steps yet.
  const stored = toRun({ ...inserted, used: null })
  await recordChange(db, namespace, 'run', run.id, run.createdAt, stateOf(stored))
  return { ...stored, isBehind: Boolean(inserted.is_behind) }
}
