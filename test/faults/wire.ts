import type { ServerResponse } from 'node:http'

export interface WireMessage {
  readonly role: string
  readonly content: string | null
  readonly reasoning_content?: string
  readonly tool_calls?: readonly {
    readonly id: string
    readonly function: { readonly name: string; readonly arguments: string }
  }[]
  readonly tool_call_id?: string
}

export interface WireRequest {
  readonly stream?: boolean
  readonly messages?: readonly WireMessage[]
  readonly tools?: readonly { readonly function: { readonly name: string } }[]
}

/** What the vendor does with a request. */
export type Answer = (response: ServerResponse, request: WireRequest) => void
