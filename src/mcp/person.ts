/*
 * Asking the person who sits before the client. A question ends the call; the client brings the same call again with
 * the answer, in the way of its era, so what the tool did before it asked must not be done twice: the tool puts aside
 * what it needs to go on.
 */

/** The person, as far as a call can reach him. */
export interface Person {
  /** What was put aside with the question that this call brings the answer to; undefined: a call that begins. */
  readonly resumed: string | undefined
  /** Undefined: he was not asked, or closed the question without an answer. */
  answerTo(key: string): boolean | undefined
}

/** A yes-or-no question. Thrown by a tool; it is no error. */
export class Question {
  readonly key: string
  readonly text: string
  /** Given back as `resumed`. It passes through the client's hands and proves nothing. */
  readonly putAside: string

  constructor(key: string, text: string, putAside: string) {
    this.key = key
    this.text = text
    this.putAside = putAside
  }
}
