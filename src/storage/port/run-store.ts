import type { Timestamp } from '../../core/clock.ts'
import type { AgentId, CallId, RunId, StepId } from '../../core/ids.ts'
import type { Page, PageRequest } from '../../core/page.ts'
import type {
  Approval,
  Finish,
  ModelUsage,
  Run,
  RunError,
  RunStatus,
  StopReason,
  TokenUsage,
  WaitingFor,
} from '../../core/run.ts'

/* The part of the port `store.ts` that holds runs, their steps and tool calls, and who may work on them. */

export interface NewRun {
  readonly id: RunId
  readonly agentId: AgentId
  readonly input: string
  readonly idempotencyKey: string | null
  readonly maxSteps: number
  /** The process that acknowledges it. */
  readonly acceptedBy: string
  readonly clientSamples?: boolean
  readonly createdAt: Timestamp
}

export interface RunFilter extends PageRequest {
  readonly agentId?: AgentId | undefined
  readonly status?: RunStatus | undefined
}

export interface RunReads {
  get(id: RunId): Promise<Run | undefined>
  /** What whoever waits for it, or works on it, looks at with every change. */
  state(id: RunId): Promise<Pick<Run, 'status' | 'cancelRequested'> | undefined>
  /** What the run took, by the model that answered; the first that did is first. */
  usageByModel(id: RunId): Promise<readonly ModelUsage[]>
  /** Newest first. */
  list(filter: RunFilter): Promise<Page<Run>>
  byIdempotencyKey(agentId: AgentId, key: string): Promise<Run | undefined>
  /** The run accepted before `id` that waits for somebody's doing and keeps the agent from later ones meanwhile. */
  blocking(agentId: AgentId, id: RunId): Promise<Run | undefined>
  /** It has a run that is not over. */
  isAtWork(agentId: AgentId): Promise<boolean>
  /** Nothing that was accepted for its agent before is open any more. */
  hasItsTurn(id: RunId): Promise<boolean>
  /** Cancelled runs of the same agent that were accepted later and never started, oldest first. */
  cancelledBehind(id: RunId): Promise<readonly Run[]>
  /** The step that is under way, with its calls in order. */
  currentStep(runId: RunId): Promise<CurrentStep | undefined>
  /** Number of the newest step; 0: there is none. */
  lastStep(runId: RunId): Promise<number>
}

export interface CurrentStep {
  readonly id: StepId
  /** 1 for the first model call of the run. */
  readonly number: number
  /** `model`: the model has not answered yet; `tools`: its answer is stored and its calls are being made. */
  readonly state: 'model' | 'tools'
  /** Null while the model has not answered. */
  readonly finish: Finish | null
  /** What a client's model answered, as it was given to `answerAsk`; null: nothing yet, or no client is asked. */
  readonly clientAnswer: string | null
  readonly calls: readonly StepCall[]
}

/** What making a call again would do; `none` marks one that was refused and had its result from the start. */
export type CallEffect = 'database' | 'readonly' | 'idempotent' | 'once' | 'none'

export interface StepCall {
  readonly id: CallId
  readonly index: number
  readonly name: string
  readonly arguments: string
  readonly effect: CallEffect
  readonly state: 'planned' | 'started' | 'done'
  readonly status: 'success' | 'error' | null
  /** Null: it needs none. A call that waits for it is `planned`. */
  readonly approval: Approval | null
  readonly approvalReason: string | null
}

export interface CallReads {
  /** All calls of the run's steps, in order, each with the number of its step. */
  calls(runId: RunId): Promise<readonly (StepCall & { readonly step: number })[]>
}

/** The right to work on an agent, proved at each transaction: a higher fence shuts the older one out. */
export interface Lease {
  readonly namespace: string
  readonly agentId: AgentId
  readonly owner: string
  readonly fence: number
}

export interface RunWrites {
  insert(run: NewRun): Promise<void>
  /** False: it was started before, by this process or another. */
  start(id: RunId, at: Timestamp): Promise<boolean>
  /** First statement of every transaction of a step. False: another owner has the agent, and nothing may be written. */
  hold(lease: Lease, expiresAt: Timestamp): Promise<boolean>
  release(lease: Lease): Promise<void>
  /** False: the run is over already. */
  requestCancel(id: RunId, at: Timestamp): Promise<boolean>
  openStep(step: {
    readonly id: StepId
    readonly runId: RunId
    readonly number: number
    readonly at: Timestamp
  }): Promise<void>
  /** `model` → `tools`, with the calls to make. False: it has its answer already. */
  recordAnswer(stepId: StepId, answer: StepAnswer): Promise<boolean>
  /** Notes, before a tool with effects outside the database runs, that it may have run. False: it is done. */
  startCall(id: CallId): Promise<boolean>
  /** False: it was finished before, and its result is stored. */
  finishCall(id: CallId, status: 'success' | 'error'): Promise<boolean>
  closeStep(stepId: StepId, at: Timestamp): Promise<boolean>
  /** `running` → `waiting`. False: it is not running. */
  postpone(id: RunId, waiting: Waiting, at: Timestamp): Promise<boolean>
  /** Somebody takes the step up (1), or gives it back unharmed (-1). Returns how many have taken it up by now. */
  countAttempt(stepId: StepId, change: 1 | -1): Promise<number>
  /** False: it is over already. */
  finish(id: RunId, outcome: RunOutcome): Promise<boolean>
  setWarnings(id: RunId, warnings: readonly string[]): Promise<void>
}

/** Why a run is put aside. */
export interface Waiting {
  readonly waitingFor: WaitingFor
  /** Of `retry`. */
  readonly retryAt: Timestamp | null
  /** Of `model`: what is missing, and what to do about it. */
  readonly missing?: string
}

export interface StepAnswer {
  readonly model: string
  readonly finish: Finish
  readonly calls: readonly NewCall[]
  readonly usage: TokenUsage
}

export interface NewCall extends Pick<StepCall, 'id' | 'index' | 'name' | 'arguments' | 'effect'> {
  /** It waits for a person before it is made. */
  readonly needsApproval?: boolean
}

export interface ApprovalWrites {
  /** It gets an error for its result and counts as never run. False: it is done. */
  refuseCall(id: CallId): Promise<boolean>
  /** `running` → `requires_approval`. False: it is not running. */
  awaitApproval(id: RunId, at: Timestamp): Promise<boolean>
  /** False: it was answered before, or the call does not wait any more. */
  answerApproval(
    id: CallId,
    answer: { readonly approved: boolean; readonly reason: string },
  ): Promise<boolean>
  /**
   * `requires_approval` → `queued`, for whoever is free, as if it had started later by the time it waited. False: it does
   * not wait for approval.
   */
  resume(id: RunId, at: Timestamp): Promise<boolean>
}

/** Of runs that wait for the model of a client. */
export interface AskWrites {
  /** From now on only the answer to this ask counts. False: the run does not wait for a client. */
  askClient(id: RunId, ask: string): Promise<boolean>
  /**
   * The answer, for the step that is under way: `waiting` → `queued`, for the process that took it, as if the run had
   * started later by the time it waited. False: that was not what was asked last, or the run does not wait any more.
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
  /** The same without an answer: the run looks anew for a model, and what was asked before counts no more. */
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
  readonly at: Timestamp
}

/** A lease that somebody has, and the time that every renewal changes. */
export interface HeldLease extends Lease {
  readonly expiresAt: Timestamp
}

export interface WaitingForModel {
  readonly namespace: string
  readonly runId: RunId
  readonly clientSamples: boolean
  /** As the agent is set, and as it was answered last. */
  readonly model: string | null
  readonly ranOn: string | null
}

export interface Claims {
  /**
   * The oldest run of any agent on which nobody has a lease, taken with one for `owner`: `queued` becomes `running`, and
   * a run whose time to try again has come goes on. One run of an agent at a time, in the order of acceptance.
   * What another process accepted is left to that process, whose settings it was sent to, while it lives (`Claim`).
   */
  next(claim: Claim): Promise<{ readonly run: Run; readonly lease: Lease } | undefined>
  /** Runs of any namespace that wait for a model, and what their agents ask for; the oldest first, at most `limit`. */
  waitingForModel(limit: number): Promise<readonly WaitingForModel[]>
  /** All that work on something, or have accepted what is not over yet. */
  owners(): Promise<readonly string[]>
  /**
   * All leases. No clock says when one has run out, since clocks are set and differ: it has when nobody has renewed it
   * for so long while somebody was looking.
   */
  held(): Promise<readonly HeldLease[]>
  /** Ends a lease that was not renewed, and frees its run for anybody. False: it was renewed or let go of meanwhile. */
  expire(lease: HeldLease, at: Timestamp): Promise<boolean>
  /** Lets go of everything that `owner` works on or has accepted, for whoever is free next. */
  abandon(owner: string, at: Timestamp): Promise<void>
}

export interface Claim {
  readonly owner: string
  readonly now: Timestamp
  readonly expiresAt: Timestamp
  /** What was free to be begun since before this is taken from an acceptor of whom nothing is known, */
  readonly orphanedBefore: Timestamp
  /** and what was since before this even from one that lives, which may be stopped or busy for ever. */
  readonly strandedBefore?: Timestamp
  /** Owners that are known to live: their runs are left to them, whose settings the messages were sent to. */
  readonly living?: readonly string[]
  /** Runs that are not taken now, because this process works on them or lets them rest. */
  readonly except?: readonly RunId[]
  /** Runs that waited for `retry` long enough, whatever the clock says. */
  readonly due?: readonly RunId[]
}
