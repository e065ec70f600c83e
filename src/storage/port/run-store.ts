import type { Scope } from '../../core/access.ts'
import type { Agent } from '../../core/agent.ts'
import type { ClientTool, RunInput } from '../../core/client-run.ts'
import type { Timestamp } from '../../core/clock.ts'
import type { AgentId, CallId, ConversationId, JobId, RunId, StepId } from '../../core/ids.ts'
import type { Message } from '../../core/message.ts'
import type { Page, PageRequest } from '../../core/page.ts'
import type { SentPicture } from '../../core/picture.ts'
import type {
  AcceptedRun,
  Approval,
  Finish,
  ModelUsage,
  Run,
  RunError,
  RunNotice,
  RunOrigin,
  RunStatus,
  RunStep,
  StopReason,
  TokenUsage,
  WaitingFor,
} from '../../core/run.ts'

/* The part of the port `store.ts` for runs, their steps and tool calls. */

export interface NewRun {
  readonly id: RunId
  readonly agentId: AgentId
  /** Absent: the agent's default conversation. */
  readonly conversationId?: ConversationId | undefined
  /** Absent: a user's message begins it. */
  readonly origin?: RunOrigin | undefined
  /** Absent: `none`. */
  readonly notice?: RunNotice | undefined
  /** The job that it works for. */
  readonly jobId?: JobId | undefined
  readonly input: string
  readonly pictures?: readonly SentPicture[]
  readonly inputs?: readonly RunInput[] | undefined
  readonly clientTools?: readonly ClientTool[] | undefined
  readonly idempotencyKey: string | null
  readonly maxSteps: number
  /** The process that acknowledged it. */
  readonly acceptedBy: string
  readonly clientSamples?: boolean
  /** Rights of the caller that sent the message; absent: all. */
  readonly scopes?: readonly Scope[] | undefined
  readonly createdAt: Timestamp
}

export interface RunFilter extends PageRequest {
  readonly agentId?: AgentId | undefined
  readonly status?: RunStatus | undefined
  /** Runs that this run began. */
  readonly parentRunId?: RunId | undefined
}

export interface RunReads {
  get(id: RunId): Promise<Run | undefined>
  /** The cheap read for waiting callers and workers, made at every change. */
  state(id: RunId): Promise<Pick<Run, 'status' | 'waitingFor' | 'cancelRequested'> | undefined>
  /** The run with what came of it, in one read. */
  whole(id: RunId): Promise<WholeRun | undefined>
  /** All steps of the run, in order. */
  steps(id: RunId): Promise<readonly RunStep[]>
  /** Newest first. */
  list(filter: RunFilter): Promise<Page<Run>>
  byIdempotencyKey(agentId: AgentId, key: string): Promise<Run | undefined>
  /** Tasks of that agent, newest first: runs whose end it is told. */
  tasksOf(agentId: AgentId, limit: number): Promise<readonly Run[]>
  /** Unfinished runs that work for the job. */
  openOfJob(id: JobId): Promise<readonly RunId[]>
  /** The newest unfinished run of the conversation. */
  newestOpen(id: ConversationId): Promise<RunId | undefined>
  /** The earlier run that waits for an action from outside and so blocks the later ones of its conversation. */
  blocking(id: RunId): Promise<Run | undefined>
  /** The conversation has an unfinished run. */
  isAtWork(id: ConversationId): Promise<boolean>
  /** No earlier run of its conversation is open. */
  hasItsTurn(id: RunId): Promise<boolean>
  /** Effects that the end of the run may have. Most runs have none, and this is one read for all of them. */
  awaitingEnd(id: RunId): Promise<AwaitingEnd>
  /** Cancelled, never started runs of the same conversation after this one, oldest first. */
  cancelledBehind(id: RunId): Promise<readonly Run[]>
  /** The running step, with its calls in order. */
  currentStep(runId: RunId): Promise<CurrentStep | undefined>
  /** Number of the newest step; 0: none. */
  lastStep(runId: RunId): Promise<number>
}

export interface WholeRun {
  readonly run: Run
  /** In order. */
  readonly messages: readonly Message[]
  /** By answering model, in the order of their first answers. */
  readonly usage: readonly ModelUsage[]
}

export interface AwaitingEnd {
  /** Runs wait for it, or want its late reply. */
  readonly hasWaiters: boolean
  /** There are runs for `cancelledBehind`. */
  readonly hasCancelled: boolean
  /** A later run of its conversation is open. */
  readonly hasNext: boolean
  /** It is told to somebody, works for a job, or its agent has a sleep-time agent. */
  readonly hasListeners: boolean
}

export interface CurrentStep {
  readonly id: StepId
  /** 1 for the first model call of the run. */
  readonly number: number
  /** `model`: no answer yet; `tools`: the answer is stored and its calls are running. */
  readonly state: 'model' | 'tools'
  /** Null: no answer yet. */
  readonly finish: Finish | null
  /** Answer of a client's model, as passed to `answerAsk`; null: none yet, or no client is asked. */
  readonly clientAnswer: string | null
  readonly calls: readonly StepCall[]
}

/**
 * Effect of repeating a call. `await`: it begins runs of other agents, and their end is its result. `none`: the call was
 * refused and got its result at once.
 */
export type CallEffect = 'database' | 'readonly' | 'idempotent' | 'once' | 'await' | 'none'

export interface StepCall {
  readonly id: CallId
  readonly index: number
  readonly name: string
  readonly arguments: string
  readonly effect: CallEffect
  readonly state: 'planned' | 'started' | 'done'
  readonly status: 'success' | 'error' | null
  /** Null: no approval needed. A call that waits for approval is `planned`. */
  readonly approval: Approval | null
  readonly approvalReason: string | null
  /** The call's notes from its beginning, as JSON. */
  readonly note: string | null
}

export interface CallReads {
  /** All calls of the run, in order, each with the number of its step. */
  calls(runId: RunId): Promise<readonly (StepCall & { readonly step: number })[]>
}

/** The right to work on a conversation's runs, checked in each transaction. A higher fence invalidates older leases. */
export interface Lease {
  readonly namespace: string
  readonly conversationId: ConversationId
  readonly owner: string
  readonly fence: number
}

/** A run as a transaction of a step begins. */
export interface Standing {
  /** Undefined: it is gone. */
  readonly run: Run | undefined
  readonly agent: Agent | undefined
  /** The run began other runs. */
  readonly hasChildren: boolean
}

export interface RunWrites {
  /** Returns what is stored. */
  insert(run: NewRun): Promise<AcceptedRun>
  /** False: it was started before, by this process or another. */
  start(id: RunId, at: Timestamp): Promise<boolean>
  /**
   * First statement of every transaction of a step: extends the lease, and reads the run. False: another owner has the
   * conversation, so nothing may be written.
   */
  hold(
    lease: Lease,
    expiresAt: Timestamp,
    run: Pick<Run, 'id' | 'agentId'>,
  ): Promise<Standing | false>
  release(lease: Lease): Promise<void>
  /** False: the run has already ended. */
  requestCancel(id: RunId, at: Timestamp): Promise<boolean>
  openStep(step: {
    readonly id: StepId
    readonly runId: RunId
    readonly number: number
    readonly at: Timestamp
  }): Promise<void>
  /** `model` → `tools`, with the calls to make, or → `done`. False: the answer is already stored. */
  recordAnswer(stepId: StepId, answer: StepAnswer): Promise<boolean>
  /** Records that a tool with outside effects may have run, before it runs. False: the call is done. */
  startCall(id: CallId, note?: string): Promise<boolean>
  /** False: it was finished before, and its result is stored. */
  finishCall(id: CallId, status: 'success' | 'error'): Promise<boolean>
  closeStep(stepId: StepId, at: Timestamp): Promise<boolean>
  /** `running` → `waiting`. False: it is not running. */
  postpone(id: RunId, waiting: Waiting, at: Timestamp): Promise<boolean>
  /** Counts a process that takes up the step (1) or returns it unharmed (-1). Returns the new count. */
  countAttempt(stepId: StepId, change: 1 | -1): Promise<number>
  /**
   * Returns the effects that its end may have; where several write at once, its agent is to be locked before. False: it
   * has already ended.
   */
  finish(id: RunId, outcome: RunOutcome): Promise<AwaitingEnd | false>
  /** False: there is no such step. */
  rateStep(stepId: StepId, feedback: string | null): Promise<boolean>
  setWarnings(id: RunId, warnings: readonly string[]): Promise<void>
}

/** Why a run is put aside. */
export interface Waiting {
  readonly waitingFor: WaitingFor
  /** Set for `retry`, and for `agent`: then the run goes on without the other's end. */
  readonly retryAt: Timestamp | null
  /** Set for `model`: what is missing, and what to do about it. */
  readonly missing?: string
}

export interface StepAnswer {
  readonly model: string
  readonly finish: Finish
  readonly calls: readonly NewCall[]
  readonly usage: TokenUsage
  /** Set if the same transaction makes all its calls, with success: then the step is done. */
  readonly closedAt?: Timestamp | undefined
}

export interface NewCall extends Pick<StepCall, 'id' | 'index' | 'name' | 'arguments' | 'effect'> {
  /** Requires a person's approval before it runs. */
  readonly needsApproval?: boolean
  /** Kept for the call, as JSON. */
  readonly note?: string | undefined
}

export interface ApprovalWrites {
  /** The call gets an error result and counts as never run. False: it is done. */
  refuseCall(id: CallId): Promise<boolean>
  /** `running` → `requires_approval`. False: it is not running. */
  awaitApproval(id: RunId, at: Timestamp): Promise<boolean>
  /** False: it was answered before, or the call no longer waits. */
  answerApproval(
    id: CallId,
    answer: { readonly approved: boolean; readonly reason: string },
  ): Promise<boolean>
  /**
   * `requires_approval` → `queued`, for any process. The waiting time does not count towards the run's time limit.
   * False: it does not wait for approval.
   */
  resume(id: RunId, at: Timestamp): Promise<boolean>
}

/** Writes for runs that wait for a client's model (sampling). */
export interface AskWrites {
  /** From now on only the answer to this request counts. False: the run does not wait for a client. */
  askClient(id: RunId, ask: string): Promise<boolean>
  /**
   * Stores the answer for the running step: `waiting` → `queued`, for the process that received it. The waiting time
   * does not count towards the run's time limit. False: another request came later, or the run no longer waits.
   */
  answerAsk(
    id: RunId,
    answer: { readonly ask: string; readonly answer: string; readonly acceptedBy: string },
    at: Timestamp,
  ): Promise<boolean>
  /** `waiting` for `model` → `queued`, for the process that has it. False: the run does not wait for one any more. */
  goOn(
    id: RunId,
    sender: { readonly acceptedBy: string; readonly samples?: boolean },
    at: Timestamp,
  ): Promise<boolean>
  /** The same without an answer: the run chooses a model again, and earlier requests no longer count. */
  lookAgain(
    id: RunId,
    sender: { readonly samples: boolean; readonly acceptedBy: string },
    at: Timestamp,
  ): Promise<boolean>
}

export interface RunOutcome {
  readonly status: Extract<RunStatus, 'completed' | 'failed' | 'cancelled'>
  readonly stopReason: StopReason
  readonly error: RunError | null
  /** Absent: they stay. */
  readonly warnings?: readonly string[]
  readonly at: Timestamp
}
