import { inputRequired, inputResponse } from '@modelcontextprotocol/server'
import { type CallingClient, InputNeeded } from './client-input.ts'

/** The person who sits before the client, as far as a call can reach him. */
export interface Person {
  /** What was put aside with the question that this call brings the answer to; undefined: a call that begins. */
  readonly resumed: string | undefined
  /** Undefined: he was not asked, or closed the question without an answer. */
  answerTo(key: string): boolean | undefined
}

/** A yes-or-no question. Thrown by a tool; it is no error. */
export class Question extends InputNeeded {
  constructor(key: string, text: string, putAside: string) {
    super(
      {
        [key]: inputRequired.elicit({
          message: text,
          requestedSchema: {
            type: 'object',
            properties: { approve: { type: 'boolean', title: 'Allow it?' } },
            required: ['approve'],
          },
        }),
      },
      putAside,
    )
  }
}

/** The person behind a call; undefined: the client can't ask him. */
export function personBehind(client: CallingClient): Person | undefined {
  if (!client.takes('elicitation') && !client.answered) return undefined
  return {
    resumed: client.resumed,
    answerTo(key) {
      const response = inputResponse({ [key]: client.answer(key) }, key)
      if (response.kind !== 'elicit' || response.action === 'cancel') return undefined
      return response.action === 'accept' && response.content?.approve === true
    },
  }
}
