import type { InputRequests } from '@modelcontextprotocol/server'

/*
 * Input that a tool or prompt needs from the client before it can go on: an elicitation form or a sampling completion.
 * The call ends, and the client repeats it with the answers. Work done before must not be done twice, so the call
 * stores what it needs to go on in `putAside`.
 */

/** Thrown where the answers are needed. It is control flow, not an error. */
export class InputNeeded {
  /** Protocol requests by the name of their answer. At least one, because some clients do not come back otherwise. */
  readonly requests: InputRequests
  /** Opaque state that comes back as `resumed`. The client can read it but not change it. */
  readonly putAside: string | undefined

  constructor(requests: InputRequests, putAside?: string) {
    this.requests = requests
    this.putAside = putAside
  }
}

/** Kinds of requests that a client may support. */
export type InputKind = 'elicitation' | 'sampling' | 'sampling.tools' | 'roots'

/** The client, as seen by a tool call. */
export interface CallingClient {
  /** State saved when the answers in this call were asked for; undefined for a new call. */
  readonly resumed: string | undefined
  /** True if this call brings answers. */
  readonly answered: boolean
  /** Whether the client declared support for this kind of request. */
  takes(kind: InputKind): boolean
  /** The raw answer with that name. Nothing about it is validated. */
  answer(name: string): unknown
}
