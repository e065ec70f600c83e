import type { Scope } from './access.ts'
import type { ClientTool, RunInput } from './client-run.ts'
import type { ConversationId } from './ids.ts'

/** A message from outside, as a surface hands it over. */
export interface MessageToAgent {
  /** Id or exact name. */
  readonly agent: string
  /** One of the agent's conversations; absent: its default one. */
  readonly conversation?: ConversationId | undefined
  /** The user's message; of several, the last. */
  readonly text: string
  /** Pictures: data URLs, or https addresses. */
  readonly images?: readonly string[] | undefined
  /** All messages that begin the run, if `text` is not the only one. */
  readonly inputs?: readonly RunInput[] | undefined
  /** Tools that the caller runs itself: a call of one waits for `respond` with its result. */
  readonly clientTools?: readonly ClientTool[] | undefined
  readonly idempotencyKey?: string | undefined
  readonly maxSteps?: number | undefined
  /** The client supports sampling. */
  readonly samples?: boolean | undefined
  /** Rights of the sender; absent: all. */
  readonly scopes?: readonly Scope[] | undefined
  /** The sender will call `onProgress` for the run, so its first model call is streamed, too. */
  readonly isWatched?: boolean | undefined
}
