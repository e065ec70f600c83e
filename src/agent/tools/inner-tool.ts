import type { Scope } from '../../core/access.ts'
import type { RunInput } from '../../core/client-run.ts'
import type { Timestamp } from '../../core/clock.ts'
import type { AgentId, CallId, ConversationId, PassageId, RunId } from '../../core/ids.ts'
import type { Run, RunNotice, RunOrigin } from '../../core/run.ts'
import type { JsonSchema } from '../../llm/model.ts'
import type { CheckRoom } from '../../memory/blocks.ts'
import type { CallEffect, EmbedQuery, Store, Transaction } from '../../storage/port/store.ts'
import type { TakenPicture } from '../inbox/take-pictures.ts'

/** The surroundings that every call knows. */
export interface CallContext {
  readonly agent: {
    readonly id: AgentId
    readonly name: string
    readonly settings: { readonly timezone: string }
  }
  readonly runId: RunId
  readonly callId: CallId
  /** Rights of the caller that started the run. */
  readonly scopes: readonly Scope[]
  /** Start of the call, in milliseconds since 1970. */
  readonly now: number
}

/** Surroundings of a call of a built-in tool, which is code of this repository. */
export interface TrustedContext extends CallContext {
  /** For reading only. */
  readonly store: Store
  /** For searches; may wait for an endpoint. */
  readonly embed: EmbedQuery
  /** Throws a UserError if an agent that has the block no longer has room for it. */
  readonly checkRoom: CheckRoom
  readonly team: Team
  /** The call's note from when it was planned, as JSON. */
  readonly note: string | null
}

/** A message that begins a run of an agent, sent by a call. */
export interface CallMessage {
  /** Id of the run. */
  readonly id: RunId
  /** Id or exact name. */
  readonly agent: string
  readonly conversation?: ConversationId
  readonly text: string
  /** All messages that begin the run, if `text` is not the only one. */
  readonly inputs?: readonly RunInput[]
  readonly pictures?: readonly TakenPicture[]
  readonly origin: RunOrigin
  readonly notice?: RunNotice
  readonly at: Timestamp
}

/** Operations on runs of other agents, in the transaction that stores its result. */
export interface Team {
  /** Queues the run. Throws a UserError if there is no such agent, or if its model needs a client. */
  send(tx: Transaction, message: CallMessage): Promise<Run>
  cancel(tx: Transaction, id: RunId, at: Timestamp): Promise<void>
  /** Leaves a note of the server in a conversation; the agent sees it at its next turn. */
  tell(
    tx: Transaction,
    note: {
      readonly agentId: AgentId
      readonly conversation: ConversationId
      readonly text: string
    },
    at: Timestamp,
  ): Promise<void>
}

/** The runs that a call began and waits for. */
export type Begun =
  | {
      readonly targets: readonly RunId[]
      /** Kept for the result, as JSON. */
      readonly note?: string
    }
  /** Nothing to wait for: this is the result. */
  | { readonly text: string }

/** The result of a search. */
export interface Finding {
  readonly text: string
  /** Passages in the text; that the agent found them is recorded in the same transaction. */
  readonly found: readonly PassageId[]
}

/** A result that comes with writes. */
export interface Outcome {
  /** Runs in the transaction that stores the result, and returns its text. */
  apply(tx: Transaction): Promise<string>
}

/** A call that gets its surroundings when it is made. */
export type Call<Context> =
  | {
      readonly effect: 'database'
      /**
       * Does all slow work before the transaction. The returned function runs in the transaction that stores the
       * result.
       */
      prepare(context: Context, signal: AbortSignal): Promise<(tx: Transaction) => Promise<string>>
    }
  /** Begins runs of other agents in one transaction, once; their end is the result. */
  | {
      readonly effect: 'await'
      begin(context: Context, tx: Transaction, at: Timestamp): Promise<Begun>
    }
  | {
      readonly effect: 'readonly' | 'idempotent' | 'once'
      run(context: Context, signal: AbortSignal): Promise<string | Finding | Outcome>
    }

/**
 * Thrown by a prepared call in its transaction: what it was prepared from has changed, so it is prepared again.
 */
export class StalePreparation extends Error {}

/**
 * A call with checked arguments. It returns the text for the model; the text of a UserError goes to the model as well.
 * An `untrusted` call runs what a user or another server wrote, so it gets no store.
 */
export type BoundCall =
  | ({ readonly trust: 'trusted' } & Call<TrustedContext>)
  | ({ readonly trust: 'untrusted' } & Call<CallContext>)

/** A tool that the agent's own model can call. */
export interface InnerTool {
  readonly name: string
  readonly description: string
  readonly parameters: JsonSchema
  readonly effect: Exclude<CallEffect, 'none'>
  /**
   * Whether a call of it needs a person's approval, whatever the tool rules say: `every_call`, or those before this
   * version was approved for the agent.
   */
  readonly needsApproval?: 'every_call' | 'first_call' | undefined
  /**
   * Converts loosely written arguments to the types of the parameters; arguments named in `besides` stay as they are.
   */
  straighten(args: unknown, besides: readonly string[]): unknown
  /** Checks the arguments of a call; throws a UserError that tells the model what was wrong. */
  bind(args: unknown): BoundCall
}
