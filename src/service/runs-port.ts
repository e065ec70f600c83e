import type { Scope } from '../core/access.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { AgentEvent } from '../core/event.ts'
import type { AgentId, RunId } from '../core/ids.ts'
import type { Message } from '../core/message.ts'
import type { MessageToAgent } from '../core/message-to-agent.ts'
import type { Page } from '../core/page.ts'
import type { Run, RunStatus, RunStep, RunView } from '../core/run.ts'
import type { SamplingParams } from '../core/sampling.ts'
import type { Step } from '../core/step.ts'
import type { RunWalk, StepWalk } from './walks.ts'

/* Part of the port in `context.ts`: messages to agents, and their runs. */

export interface RunsPort {
  /** Resolves when the message is on disk, without waiting for the agent. */
  send(message: MessageToAgent): Promise<RunView>
  /**
   * Sends a message to every agent with all or some of the tags, in batches of one transaction each. Agents that could not
   * be reached are in `failed`; templates are left out.
   */
  broadcast(message: {
    readonly tags: readonly string[]
    readonly matchAll: boolean
    readonly text: string
    readonly scopes: readonly Scope[]
  }): Promise<{
    readonly runs: readonly Run[]
    readonly failed: readonly {
      readonly agentId: AgentId
      readonly code: ErrorCode
      readonly message: string
    }[]
  }>
  /**
   * The sampling request that the run waits for. Asking again invalidates earlier requests. Undefined if the run does
   * not wait for one.
   */
  askClient(
    runId: RunId,
    takes: { readonly tools: boolean },
  ): Promise<{ readonly id: string; readonly params: SamplingParams } | undefined>
  /** Passes on the raw `answer` of the client. If `problem` is set, the answer was not used. */
  answerClient(
    runId: RunId,
    ask: string,
    answer: unknown,
  ): Promise<{ readonly view: RunView; readonly problem?: string }>
  /** With `agent`, only if the run belongs to that agent. */
  get(runId: string, agent?: AgentId): Promise<RunView>
  /** Newest first; without `agent`, the runs of all agents. */
  list(filter: {
    readonly agent?: string | undefined
    readonly status?: RunStatus | undefined
    /** Only runs that this run began. Throws a UserError if there is no such run. */
    readonly parentRunId?: string | undefined
    readonly limit: number
    readonly cursor?: string | undefined
  }): Promise<Page<Run>>
  walk(walk: RunWalk): Promise<readonly Run[]>
  /** The steps of one run, of one agent or of all, in order of their start. */
  steps(walk: StepWalk): Promise<readonly Step[]>
  step(stepId: string): Promise<Step>
  /** How a person rated the step; null takes it back. */
  rateStep(stepId: string, feedback: string | null): Promise<Step>
  /**
   * Resolves with the run when it has settled, after `milliseconds`, or when `signal` fires. The run itself goes on.
   */
  wait(runId: RunId, milliseconds: number, signal: AbortSignal): Promise<RunView>
  cancel(runId: string): Promise<RunView>
  /** Approves or denies a pending tool call. `callId` may be omitted if there is only one. */
  respond(
    runId: string,
    answer: {
      readonly callId?: string | undefined
      readonly approve: boolean
      readonly reason?: string | undefined
      /** The call was made by the caller: what came of it. It is not made here. */
      readonly result?: { readonly status: 'success' | 'error'; readonly text: string } | undefined
    },
  ): Promise<RunView>
  messages(runId: RunId): Promise<readonly Message[]>
  /** The model calls of the run so far, with their times and tool calls. */
  timeline(runId: RunId): Promise<readonly RunStep[]>
  /**
   * Reports what the agent does in the run, if this process works on it: first the current step so far, then each event
   * as it happens. Model answers are streamed while there is a listener. Returns the function that unsubscribes.
   */
  onProgress(runId: RunId, listener: (event: AgentEvent) => void): () => void
}
