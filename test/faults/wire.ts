import type { ServerResponse } from 'node:http'
import type { Fields } from '../support/wires/speech.ts'

export interface WireMessage {
  readonly role: string
  /** Parts only where the provider passes cache markers on. */
  readonly content: string | readonly WirePart[] | null
  readonly reasoning_content?: string
  readonly tool_calls?: readonly {
    readonly id: string
    readonly function: { readonly name: string; readonly arguments: string }
  }[]
  readonly tool_call_id?: string
}

export interface WirePart {
  readonly type: 'text'
  readonly text: string
  readonly cache_control?: { readonly type: string }
}

export function textOf({ content }: Pick<WireMessage, 'content'>): string {
  return typeof content === 'string' ? content : (content ?? []).map((part) => part.text).join('')
}

export interface WireRequest {
  readonly stream?: boolean
  readonly messages?: readonly WireMessage[]
  readonly tools?: readonly { readonly function: { readonly name: string } }[]
  /** The request as it came, where it came over another wire than chat completions. */
  readonly native?: Fields
}

/** The request in the fields of its wire. */
export function asSent(request: WireRequest): Fields {
  return request.native ?? request
}

/** The vendor's reaction to a request. */
export type Answer = (response: ServerResponse, request: WireRequest) => void
