import type { Reasoning } from '../core/agent-settings.ts'
import type { CallId } from '../core/ids.ts'
import type { Extras } from '../core/message.ts'
import type { Sender, TokenUsage } from '../core/run.ts'

/** JSON Schema of a tool's parameters: a flat object. */
export type JsonSchema = Readonly<Record<string, unknown>>

export interface ToolSpec {
  readonly name: string
  readonly description: string
  readonly parameters: JsonSchema
}

export type ModelMessage =
  | { readonly role: 'system'; readonly text: string }
  | {
      readonly role: 'user'
      readonly text: string
      /** From this place on the text is another at the next step, so that no cache may count on it. */
      readonly changesFrom?: number
    }
  | {
      readonly role: 'assistant'
      readonly text: string
      /** Sent to a model that wants some reasoning with every call (`to-wire.ts`), if nothing in `extras` is. */
      readonly reasoning: string
      readonly toolCalls: readonly ModelToolCall[]
      /** Of whichever model wrote the message; a wire sends them to that model alone. */
      readonly extras?: Extras | undefined
    }
  | {
      readonly role: 'tool'
      readonly callId: CallId
      readonly text: string
      readonly changesFrom?: number
    }

export interface ModelToolCall {
  readonly id: CallId
  readonly name: string
  readonly arguments: string
}

export interface ModelRequest {
  readonly messages: readonly ModelMessage[]
  readonly tools: readonly ToolSpec[]
  /** `required`: any tool; a name: that tool. */
  readonly toolChoice: 'auto' | 'required' | 'none' | { readonly name: string }
  readonly temperature?: number
  readonly maxOutputTokens?: number
  /** How much the model is asked to think first; `off`, or absent: it is not asked. */
  readonly reasoning?: Reasoning
}

/** The effort, where one is asked for. */
export function isAsked(reasoning: Reasoning | undefined): boolean {
  return reasoning !== undefined && reasoning !== 'off'
}

/** An answer as the model wrote it. */
export interface ModelWords {
  readonly text: string
  readonly reasoning: string
  /** Arguments as the model wrote them: not parsed, not repaired. */
  readonly toolCalls: readonly {
    readonly name: string
    readonly arguments: string
    /** Why it can't be made, for the model: it was found in the text, and can't be read there. */
    readonly problem?: string | undefined
  }[]
  /** `length`: cut off at the output limit, so nothing in it may be taken for complete. */
  readonly finish: 'stop' | 'length' | 'refusal'
  /** What the provider wants back with the message; `calls` has an entry for each of `toolCalls`. */
  readonly extras?: Extras | undefined
}

export interface ModelAnswer extends ModelWords {
  readonly usage: TokenUsage
  /** What a person should know about this answer. */
  readonly warnings: readonly string[]
}

export interface ModelFailure {
  readonly reason:
    | 'unreachable'
    | 'unauthorized'
    | 'rate_limited'
    | 'context_overflow'
    | 'rejected'
    /** A filter refused it for what stands in it; the same words are refused again. */
    | 'filtered'
    | 'invalid_answer'
    /** This process has no file handles or memory left to make the call; the model was not asked. */
    | 'exhausted'
    | 'aborted'
  /** What went wrong, in a sentence, without secrets. */
  readonly message: string
  /** What the person can do about it, in a sentence. */
  readonly hint: string
  /** How long the provider asked us to wait; absent: it did not say. */
  readonly retryAfterMilliseconds?: number
  /** Of a `context_overflow`: how much the model takes, and how much the request was, where the provider said it. */
  readonly windowTokens?: number
  readonly requestTokens?: number
}

export type ModelResult =
  | { readonly kind: 'answer'; readonly answer: ModelAnswer }
  | { readonly kind: 'failure'; readonly failure: ModelFailure }

/** The model of whichever client calls. */
export const CLIENT_HANDLE = 'client/sampling'

export interface ChatModel {
  /** `provider/model`. */
  readonly handle: string
  /** True: it is the model of whichever client calls. A run waits for its answers (`ask-client.ts`), and `call` fails. */
  readonly isClients?: boolean
  /** True: it is no language model, but stands in where there is none. */
  readonly isRehearsal?: boolean
  /** What a person should know about every reply of this model. */
  readonly warnings: readonly string[]
  /** Never rejects: whatever goes wrong, an abort included, is a `failure`. */
  call(request: ModelRequest, options: CallOptions): Promise<ModelResult>
}

export interface CallOptions {
  readonly signal: AbortSignal
  /**
   * Somebody watches: the wire streams, and hands over each piece as it comes. The pieces are a preview. They hold no
   * markup, some may be missing, and only the answer that `call` returns counts.
   */
  readonly onDelta?: ((delta: ModelDelta) => void) | undefined
}

/** A piece of an answer: the next characters of its text, its reasoning, or one of its tool calls. */
export type ModelDelta =
  | { readonly kind: 'text' | 'reasoning'; readonly text: string }
  | {
      readonly kind: 'tool_call'
      /** Place of the call in the answer, from 0. */
      readonly index: number
      /** As far as it is known; it comes whole before the first characters of the arguments. */
      readonly name: string
      /** The next characters of the arguments. */
      readonly arguments: string
    }

export interface ProviderOffer {
  readonly provider: string
  /** Null: it did not answer, or lists nothing. */
  readonly models: readonly string[] | null
}

/** What refusals taught of a model, in words. */
export interface LearntModel {
  /** `provider/model`. */
  readonly handle: string
  readonly abilities: readonly string[]
}

/** As much of an agent as its model is chosen by. */
export interface AskingAgent {
  /** The handle it is set to; null: the default. */
  readonly model: string | null
  /** The last real model that answered it; null: none has yet. */
  readonly ranOn: string | null
}

export type AgentModel =
  | { readonly kind: 'model'; readonly model: ChatModel }
  /** Its run waits: the rehearsal never stands in for a real model. */
  | {
      readonly kind: 'missing'
      /** What is missing, and what to do about it, in sentences. */
      readonly problem: string
    }

export interface ModelRegistry {
  /** Throws a UserError when `handle` names no provider that this server knows. Asks nobody. */
  check(handle: string): void
  /** Throws a UserError when only the model of a client will do and that of the sender can't. Asks nobody. */
  checkSender(handle: string | null, sender: Sender): void
  /**
   * The model of an agent; null: the first that applies of the contract's "Choosing a model". Without `sender` it is for
   * nobody in particular. May throw a UserError.
   */
  resolve(handle: string | null, sender?: Sender): Promise<ChatModel>
  /** The model that answers the agent's next step. May throw a UserError where nothing but its settings is to blame. */
  resolveFor(agent: AskingAgent, sender: Sender): Promise<AgentModel>
  /** True: nobody set up the server of that model, and it does not answer now. Asks it. */
  isGone(handle: string): Promise<boolean>
  /** What `resolve(null)` gives, and why, for the start-up lines and `doctor`. */
  describeDefault(sender?: Sender): Promise<{ readonly handle: string; readonly reason: string }>
  /** The providers that agents can use now, each with what it lists; asks all of them. */
  offers(sender?: Sender): Promise<readonly ProviderOffer[]>
  /** Of models behind the addresses that are set now. Asks nobody. */
  learnt(): Promise<readonly LearntModel[]>
}
