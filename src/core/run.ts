import type { Scope } from './access.ts'
import type { ClientTool, RunInput } from './client-run.ts'
import type { Timestamp } from './clock.ts'
import type { ErrorCode } from './errors.ts'
import type { AgentId, CallId, ConversationId, JobId, RunId } from './ids.ts'
import type { SentPicture } from './picture.ts'
import type { Speaker } from './route.ts'

export const RUN_STATUSES = [
  'queued',
  'running',
  'waiting',
  'requires_approval',
  'completed',
  'failed',
  'cancelled',
] as const
export type RunStatus = (typeof RUN_STATUSES)[number]

export const STOP_REASONS = [
  'end_turn',
  'tool_rule',
  'max_steps',
  'budget',
  'no_progress',
  'requires_approval',
  'cancelled',
  'refusal',
  'output_truncated',
  'model_error',
  'context_overflow',
  'interrupted',
] as const
export type StopReason = (typeof STOP_REASONS)[number]

export const WAITS = ['retry', 'client', 'model', 'agent'] as const
export type WaitingFor = (typeof WAITS)[number]

/** A person's decision about a call that requires approval. */
export const APPROVALS = ['pending', 'approved', 'denied'] as const
export type Approval = (typeof APPROVALS)[number]

/** Model calls in one run. Chosen by hand. */
export const DEFAULT_MAX_STEPS = 50

/** How a model's answer ended. `length`: cut off at the output limit, so no part of it counts as complete. */
export const FINISHES = ['stop', 'length', 'refusal'] as const
export type Finish = (typeof FINISHES)[number]

/**
 * As counted by the provider; `cachedTokens` are part of `promptTokens`, `reasoningTokens` of `completionTokens`.
 * `cost` is in US dollars and absent unless the provider tells it.
 */
export interface TokenUsage {
  readonly promptTokens: number
  readonly completionTokens: number
  readonly totalTokens: number
  readonly cachedTokens: number
  readonly reasoningTokens?: number | undefined
  readonly cost?: number | undefined
}

export const NO_USAGE: TokenUsage = {
  promptTokens: 0,
  completionTokens: 0,
  totalTokens: 0,
  cachedTokens: 0,
}

export function addUsage(one: TokenUsage, other: TokenUsage): TokenUsage {
  return {
    promptTokens: one.promptTokens + other.promptTokens,
    completionTokens: one.completionTokens + other.completionTokens,
    totalTokens: one.totalTokens + other.totalTokens,
    cachedTokens: one.cachedTokens + other.cachedTokens,
    ...sumOf('reasoningTokens', one, other),
    ...sumOf('cost', one, other),
  }
}

/** Absent where neither has it. */
function sumOf(field: 'reasoningTokens' | 'cost', one: TokenUsage, other: TokenUsage) {
  const known = [one[field], other[field]].filter((number) => number !== undefined)
  return known.length === 0 ? {} : { [field]: known.reduce((sum, number) => sum + number, 0) }
}

/** Sum over all model calls of a run; `steps` is the number of calls. */
export interface Usage extends TokenUsage {
  readonly steps: number
}

/** Sum over the model calls of a run that one model answered. */
export interface ModelUsage extends TokenUsage {
  /** `provider/model`. */
  readonly model: string
  readonly steps: number
}

/** One model call of a run, with the tool calls of its answer. */
export interface RunStep {
  /** 1 for the first. */
  readonly number: number
  /** `provider/model`; null: no answer yet. */
  readonly model: string | null
  readonly startedAt: Timestamp
  readonly completedAt: Timestamp | null
  /** Processes that took it up. */
  readonly attempts: number
  readonly usage: TokenUsage
  readonly calls: readonly {
    readonly id: CallId
    readonly name: string
    readonly status: 'success' | 'error' | null
    readonly approval: Approval | null
  }[]
}

export interface RunError {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string
}

/** `system`: the server itself, for example a schedule. */
export const SENDER_KINDS = ['user', 'agent', 'system'] as const
export type SenderKind = (typeof SENDER_KINDS)[number]

/** Whether the run that began this one is told of its end: not, by a message, or by a message that wakes its agent. */
export const RUN_NOTICES = ['none', 'tell', 'wake'] as const
export type RunNotice = (typeof RUN_NOTICES)[number]

/** Where a run stands among the runs that began one another. */
export interface RunOrigin {
  /** The run that began it; null: a message from outside did. */
  readonly parentRunId: RunId | null
  /** The first run of the tree; its own id if nothing began it. */
  readonly rootRunId: RunId
  /** How many runs above it passed on work to the next; 0 for the root. */
  readonly depth: number
  /** Messages that agents have sent on, one because of the other, without a message from outside. */
  readonly hops: number
  readonly sender: SenderKind
  /** Set if the sender is an agent. */
  readonly senderAgentId: AgentId | null
}

/** The origin of a run that a message from outside began. */
export function rootOrigin(id: RunId): RunOrigin {
  return {
    parentRunId: null,
    rootRunId: id,
    depth: 0,
    hops: 0,
    sender: 'user',
    senderAgentId: null,
  }
}

/** One message and all the steps that it causes. */
export interface Run extends RunOrigin {
  readonly id: RunId
  readonly agentId: AgentId
  readonly conversationId: ConversationId
  readonly notice: RunNotice
  /** The job that it works for; null: none. */
  readonly jobId: JobId | null
  readonly status: RunStatus
  readonly stopReason: StopReason | null
  /** Set while it is `waiting`. */
  readonly waitingFor: WaitingFor | null
  /** When a run that waits for `retry` continues, or one that waits for `agent` goes on without it. */
  readonly retryAt: Timestamp | null
  /** For a run that waits for a model: what is missing, and what to do about it. */
  readonly missing: string | null
  /** The user's message; of several, the last. */
  readonly input: string
  /** Pictures of the message. */
  readonly pictures: readonly SentPicture[]
  /** All messages that begin it; absent: `input` alone, from the user. */
  readonly inputs?: readonly RunInput[]
  /** Tools that its sender runs itself. */
  readonly clientTools?: readonly ClientTool[]
  readonly idempotencyKey: string | null
  readonly maxSteps: number
  readonly cancelRequested: boolean
  /** The sending client supports sampling: it can answer model calls. */
  readonly clientSamples: boolean
  /** Rights of the caller that sent the message. */
  readonly scopes: readonly Scope[]
  readonly usage: Usage
  readonly error: RunError | null
  readonly warnings: readonly string[]
  readonly createdAt: Timestamp
  readonly startedAt: Timestamp | null
  readonly completedAt: Timestamp | null
}

/** The run that a message got. */
export interface AcceptedRun extends Run {
  /** Set for a new one: an earlier run of its conversation is open. */
  readonly isBehind?: boolean
}

/** The run continues when a client brings its model's answer. */
export function waitsForClient({ status, waitingFor }: Run): boolean {
  return status === 'waiting' && waitingFor === 'client'
}

/** The run continues when the agent's model is available. */
export function waitsForModel({ status, waitingFor }: Run): boolean {
  return status === 'waiting' && waitingFor === 'model'
}

/** The run continues when runs of other agents have ended. */
export function waitsForAgent({ status, waitingFor }: Pick<Run, 'status' | 'waitingFor'>): boolean {
  return status === 'waiting' && waitingFor === 'agent'
}

/** Neither queued, nor running, nor waiting for an agent: nothing more happens without an action from outside. */
export function isSettled(run: Pick<Run, 'status' | 'waitingFor'>): boolean {
  return run.status !== 'queued' && run.status !== 'running' && !waitsForAgent(run)
}

/** A call that waits for a person's approval. */
export interface PendingApproval {
  /** The run that makes the call: the run itself, or one that it waits for. */
  readonly runId: RunId
  readonly callId: CallId
  readonly toolName: string
  readonly arguments: string
}

export interface RunView {
  readonly run: Run
  /** Words to the user in this run so far. */
  readonly reply: string
  readonly pendingApprovals: readonly PendingApproval[]
  /** The runs that it waits for now, of other agents. */
  readonly awaits?: readonly { readonly runId: RunId; readonly agentId: AgentId }[]
  /** The agent that answered, if not the run's own. */
  readonly answeredBy?: Speaker
  /** Usage by model; absent while the run is running. */
  readonly usageByModel?: readonly ModelUsage[]
}

/** The sender of the message, as far as the choice of a model depends on it. */
export interface Sender {
  /** Its client supports sampling. */
  readonly samples: boolean
}
