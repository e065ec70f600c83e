import type { Selectable } from 'kysely'
import { z } from 'zod'
import { SCOPES } from '../../core/access.ts'
import { ERROR_CODES } from '../../core/errors.ts'
import type { RunState } from '../../core/event.ts'
import { storedId } from '../../core/ids.ts'
import {
  RUN_NOTICES,
  RUN_STATUSES,
  type Run,
  SENDER_KINDS,
  STOP_REASONS,
  WAITS,
} from '../../core/run.ts'
import type { Database } from '../database/schema.ts'
import { StoredSentPicture } from '../pictures/stored-picture.ts'

export const Status = z.enum(RUN_STATUSES)
export const Waiting = z.enum(WAITS).nullable()
const Sent = z.enum(SENDER_KINDS)
const Notice = z.enum(RUN_NOTICES)
const Stop = z.enum(STOP_REASONS).nullable()
const Warnings = z.array(z.string())
const Scopes = z.array(z.enum(SCOPES))
const Pictures = z.array(StoredSentPicture)
const Inputs = z.array(
  z.object({
    role: z.enum(['user', 'system', 'assistant']),
    text: z.string(),
    from: z.literal('server').optional(),
  }),
)
const ClientTools = z.array(
  z.object({
    name: z.string(),
    description: z.string(),
    parameters: z.record(z.string(), z.unknown()),
  }),
)
const Failure = z.object({ code: z.enum(ERROR_CODES), message: z.string(), hint: z.string() })

export function stateOf({ status, waitingFor, cancelRequested }: Run): RunState {
  return { status, waitingFor, cancelRequested }
}

/** The columns of what a run is; the others are of its way through the queue. */
export const RUN_COLUMNS = [
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
  'status',
  'stop_reason',
  'waiting_for',
  'retry_at',
  'missing',
  'input',
  'pictures',
  'inputs',
  'client_tools',
  'idempotency_key',
  'max_steps',
  'cancel_requested',
  'client_samples',
  'scopes',
  'error',
  'warnings',
  'created_at',
  'started_at',
  'completed_at',
] as const

export type RunRow = Pick<Selectable<Database['run']>, (typeof RUN_COLUMNS)[number]> & {
  /** In the format of `USED`; null: no steps. */
  used: string | null
}

export function toRun(row: RunRow): Run {
  const [promptTokens = 0, completionTokens = 0, totalTokens = 0, cachedTokens = 0, steps = 0] = (
    row.used ?? ''
  )
    .split(' ')
    .map(Number)
  return {
    id: storedId('run', row.id),
    agentId: storedId('agent', row.agent_id),
    conversationId: storedId('conv', row.conversation_id),
    parentRunId: row.parent_run_id === null ? null : storedId('run', row.parent_run_id),
    rootRunId: storedId('run', row.root_run_id),
    depth: row.depth,
    hops: row.hops,
    sender: Sent.parse(row.sender),
    senderAgentId: row.sender_agent_id === null ? null : storedId('agent', row.sender_agent_id),
    notice: Notice.parse(row.notice),
    jobId: row.job_id === null ? null : storedId('job', row.job_id),
    status: Status.parse(row.status),
    stopReason: Stop.parse(row.stop_reason),
    waitingFor: Waiting.parse(row.waiting_for),
    retryAt: row.retry_at,
    missing: row.missing,
    input: row.input,
    pictures: row.pictures === '[]' ? [] : Pictures.parse(JSON.parse(row.pictures)),
    ...(row.inputs !== null && { inputs: Inputs.parse(JSON.parse(row.inputs)) }),
    ...(row.client_tools !== null && {
      clientTools: ClientTools.parse(JSON.parse(row.client_tools)),
    }),
    idempotencyKey: row.idempotency_key,
    maxSteps: row.max_steps,
    cancelRequested: row.cancel_requested === 1,
    clientSamples: row.client_samples === 1,
    scopes: row.scopes === null ? SCOPES : Scopes.parse(JSON.parse(row.scopes)),
    usage: { promptTokens, completionTokens, totalTokens, cachedTokens, steps },
    error: row.error === null ? null : Failure.parse(JSON.parse(row.error)),
    warnings: Warnings.parse(JSON.parse(row.warnings)),
    createdAt: row.created_at,
    startedAt: row.started_at,
    completedAt: row.completed_at,
  }
}
