import type { Reasoning } from '../core/agent-settings.ts'
import type { CallId } from '../core/ids.ts'
import type { Extras } from '../core/message.ts'
import type { ProviderOffer } from '../core/model-offer.ts'
import type { Picture } from '../core/picture.ts'
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
      /** Text from this offset on changes at the next step, so it must not be cached. */
      readonly changesFrom?: number
      readonly pictures?: readonly ModelPicture[]
    }
  | {
      readonly role: 'assistant'
      readonly text: string
      /** Sent to models that require some reasoning with every call (`to-wire.ts`), if `extras` has none. */
      readonly reasoning: string
      readonly toolCalls: readonly ModelToolCall[]
      /** Fields from the model that wrote the message; a wire sends them only to that model. */
      readonly extras?: Extras | undefined
    }
  | {
      readonly role: 'tool'
      readonly callId: CallId
      readonly text: string
      readonly changesFrom?: number
    }

export interface ModelPicture extends Picture {
  /** Its bytes in base64; absent where a request is only shown. */
  readonly data?: string
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
  /** How much the model should think first; `off` or absent: it is not asked to. */
  readonly reasoning?: Reasoning
}

/** Whether an effort is requested. */
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
    /** Why the call can't be made, for the model: it was found in the text and is unreadable. */
    readonly problem?: string | undefined
  }[]
  /** `length`: cut off at the output limit, so no part of it may be taken for complete. */
  readonly finish: 'stop' | 'length' | 'refusal'
  /** Fields that the provider wants back with the message; `calls` has an entry for each of `toolCalls`. */
  readonly extras?: Extras | undefined
}

export interface ModelAnswer extends ModelWords {
  readonly usage: TokenUsage
  /** Warnings about this answer, for a person. */
  readonly warnings: readonly string[]
}

export interface ModelFailure {
  readonly reason:
    | 'unreachable'
    | 'unauthorized'
    | 'rate_limited'
    | 'context_overflow'
    | 'rejected'
    /** A content filter refused it; the same words would be refused again. */
    | 'filtered'
    | 'invalid_answer'
    /** This process has no file handles or memory left for the call; the model was not called. */
    | 'exhausted'
    | 'aborted'
  /** The error, in a sentence, without secrets. */
  readonly message: string
  /** The next step for the person, in a sentence. */
  readonly hint: string
  /** The pause that the provider asks for; absent: it did not say. */
  readonly retryAfterMilliseconds?: number
  /** For `context_overflow`: the model's window and the size of the request, if the provider tells them. */
  readonly windowTokens?: number
  readonly requestTokens?: number
}

export type ModelResult =
  | { readonly kind: 'answer'; readonly answer: ModelAnswer }
  | { readonly kind: 'failure'; readonly failure: ModelFailure }

/** The model of the calling client. */
export const CLIENT_HANDLE = 'client/sampling'

export interface ChatModel {
  /** `provider/model`. */
  readonly handle: string
  /** True: the model of the calling client. A run waits for its answers (`ask-client.ts`), and `call` fails. */
  readonly isClients?: boolean
  /** True: no language model, but a stand-in used where there is none. */
  readonly isRehearsal?: boolean
  /** Warnings about every reply of this model, for a person. */
  readonly warnings: readonly string[]
  /** The API of its provider that it is reached by; absent: it has none. Makes no request. */
  api?(): Promise<'chat' | 'messages' | 'responses'>
  /** False: it is known to see no pictures. Makes no request. */
  sees(): Promise<boolean>
  /** Never rejects: every error, an abort included, is a `failure`. */
  call(request: ModelRequest, options: CallOptions): Promise<ModelResult>
}

export interface CallOptions {
  readonly signal: AbortSignal
  /**
   * Set if somebody watches: the wire then streams and passes on each piece as it arrives. Pieces are only a preview:
   * they hold no markup, some may be missing, and only the answer returned by `call` counts.
   */
  readonly onDelta?: ((delta: ModelDelta) => void) | undefined
}

/** A piece of an answer: the next characters of its text, its reasoning, or one of its tool calls. */
export type ModelDelta =
  | { readonly kind: 'text' | 'reasoning'; readonly text: string }
  | {
      readonly kind: 'tool_call'
      /** Index of the call in the answer, from 0. */
      readonly index: number
      /** The name as far as it is known; it is complete before the first characters of the arguments. */
      readonly name: string
      /** The next characters of the arguments. */
      readonly arguments: string
    }

/** Corrections for a model learned from refusals, in words. */
export interface LearntModel {
  /** `provider/model`. */
  readonly handle: string
  readonly abilities: readonly string[]
}

/** The fields of an agent that its model is chosen by. */
export interface AskingAgent {
  /** The handle of its settings; null: the default. */
  readonly model: string | null
  /** The last real model that answered it; null: none so far. */
  readonly ranOn: string | null
}

export type AgentModel =
  | { readonly kind: 'model'; readonly model: ChatModel }
  /** Its run waits: the rehearsal never replaces a real model. */
  | {
      readonly kind: 'missing'
      /** The missing setting and the next step, in sentences. */
      readonly problem: string
    }

export interface ModelRegistry {
  /** Throws a UserError if `handle` names no provider that this server knows. Makes no request. */
  check(handle: string): void
  /** Throws a UserError if only a client's model is possible and the sender has none to offer. Makes no request. */
  checkSender(handle: string | null, sender: Sender): void
  /**
   * The model of a handle. Null: the default, chosen by the contract's rules in "Choosing a model". Without `sender`,
   * no client's model is considered. May throw a UserError.
   */
  resolve(handle: string | null, sender?: Sender): Promise<ChatModel>
  /** The model for the agent's next step. May throw a UserError if only its settings are at fault. */
  resolveFor(agent: AskingAgent, sender: Sender): Promise<AgentModel>
  /** True: nobody configured the server of that model, and it does not answer now. Makes a request. */
  isGone(handle: string): Promise<boolean>
  /** The result of `resolve(null)` and its reason, for the start-up lines and `doctor`. */
  describeDefault(sender?: Sender): Promise<{ readonly handle: string; readonly reason: string }>
  /** The providers that agents can use now, each with the models it lists. Makes a request to all of them. */
  offers(sender?: Sender): Promise<readonly ProviderOffer[]>
  /** Corrections for models behind the configured addresses. Makes no request. */
  learnt(): Promise<readonly LearntModel[]>
}
