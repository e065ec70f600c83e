import type { InputRequests } from '@modelcontextprotocol/server'

/*
 * What a tool or a prompt needs from the client before it can go on: a form filled in by the person, a completion of
 * the client's model. It ends the call; the client brings the same call again with the answers, in the way of its era,
 * so what was done before it must not be done twice: it is put aside what is needed to go on.
 */

/** Thrown where the answers are needed; it is no error. */
export class InputNeeded {
  /** In the protocol's words, each under the name of its answer. At least one: not every client comes back otherwise. */
  readonly requests: InputRequests
  /** Given back as `resumed`. The client can read it, not change it. */
  readonly putAside: string | undefined

  constructor(requests: InputRequests, putAside?: string) {
    this.requests = requests
    this.putAside = putAside
  }
}

/** The kinds of requests that a client may take. */
export type InputKind = 'elicitation' | 'sampling' | 'sampling.tools' | 'roots'

/** The client, as far as a call can reach it. */
export interface CallingClient {
  /** What was put aside when the answers were asked for that this call brings; undefined: a call that begins. */
  readonly resumed: string | undefined
  /** True: this call brings answers to what was asked before. */
  readonly answered: boolean
  /** Whether it has declared that it takes such requests. */
  takes(kind: InputKind): boolean
  /** The answer of that name as it came; nothing about it is certain. */
  answer(name: string): unknown
}
