import type { AgentEvent } from '../core/event.ts'
import type { AgentId, RunId } from '../core/ids.ts'
import type { Message } from '../core/message.ts'
import type { Page } from '../core/page.ts'
import type { Run, RunStatus, RunView } from '../core/run.ts'
import type { SamplingParams } from '../core/sampling.ts'

/* The part of the port `context.ts` that talks to agents and tells of their runs. */

export interface RunsPort {
  /** Returns when the message is on disk, without waiting for the agent. */
  send(message: {
    readonly agent: string
    readonly text: string
    readonly idempotencyKey?: string | undefined
    readonly maxSteps?: number | undefined
    /** The client can answer with a model of its own. */
    readonly samples?: boolean | undefined
    /** The sender is about to call `onProgress` for the run, so that its first answer is streamed, too. */
    readonly isWatched?: boolean | undefined
  }): Promise<RunView>
  /**
   * What the client's model is to be asked so that the run goes on; it shuts out whoever was asked before. Undefined: the
   * run does not wait for that (any more).
   */
  askClient(
    runId: RunId,
    takes: { readonly tools: boolean },
  ): Promise<{ readonly id: string; readonly params: SamplingParams } | undefined>
  /** `answer` as it came from the client. With a `problem`, it changed nothing. */
  answerClient(
    runId: RunId,
    ask: string,
    answer: unknown,
  ): Promise<{ readonly view: RunView; readonly problem?: string }>
  /** With `agent`: only if it is a run of that agent. */
  get(runId: string, agent?: AgentId): Promise<RunView>
  /** Newest first; without `agent`, those of all agents. */
  list(filter: {
    readonly agent?: string | undefined
    readonly status?: RunStatus | undefined
    readonly limit: number
    readonly cursor?: string | undefined
  }): Promise<Page<Run>>
  /** The run when it is settled or `milliseconds` have passed or `signal` fires, whichever comes first; the run itself goes on. */
  wait(runId: RunId, milliseconds: number, signal: AbortSignal): Promise<RunView>
  cancel(runId: string): Promise<RunView>
  /** Answers for a call that waits for approval; without `callId`, the only one. */
  respond(
    runId: string,
    answer: {
      readonly callId?: string | undefined
      readonly approve: boolean
      readonly reason?: string | undefined
    },
  ): Promise<RunView>
  messages(runId: RunId): Promise<readonly Message[]>
  /**
   * Tells what the agent does in the run, as far as this process works on it: first what there is of the present step,
   * then each event as it happens. While anybody listens, answers are streamed.
   */
  onProgress(runId: RunId, listener: (event: AgentEvent) => void): () => void
}
