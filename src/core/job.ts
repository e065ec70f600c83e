import type { Timestamp } from './clock.ts'
import type { ErrorCode } from './errors.ts'
import type { AgentId, JobId } from './ids.ts'

export const JOB_STATUSES = [
  'queued',
  'running',
  'waiting',
  'completed',
  'failed',
  'cancelled',
] as const
/** `waiting`: until its next attempt or appointment, at `retryAt`. */
export type JobStatus = (typeof JOB_STATUSES)[number]

export interface JobError {
  readonly code: ErrorCode
  readonly message: string
}

/** Long work in the background, such as loading a folder. It survives the process that does it. */
export interface Job {
  readonly id: JobId
  /** Decides which handler does it, such as `load`. */
  readonly kind: string
  /** The agent that it is for. It is deleted with its agent. */
  readonly agentId: AgentId | null
  /** Says in a few words what it does, for people. */
  readonly title: string
  /** Arguments for the handler; JSON. */
  readonly input: string
  /** How far the handler has come; JSON. Null: at the start. */
  readonly state: string | null
  readonly status: JobStatus
  /** Units of work that are done, and their total if it is known. */
  readonly done: number
  readonly total: number | null
  /** Processes that have begun it since it last made progress. */
  readonly attempts: number
  readonly retryAt: Timestamp | null
  readonly cancelRequested: boolean
  /** Why it failed, or why it is waiting. */
  readonly error: JobError | null
  /** The outcome in sentences; null: not told yet. */
  readonly report: string | null
  readonly createdAt: Timestamp
  readonly startedAt: Timestamp | null
  readonly completedAt: Timestamp | null
}
