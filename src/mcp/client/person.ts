import { inputRequired, inputResponse } from '@modelcontextprotocol/server'
import { type CallingClient, InputNeeded } from './client-input.ts'

/** The person at the client, reached through elicitation. */
export interface Person {
  /** State saved with the question that this call answers; undefined for a new call. */
  readonly resumed: string | undefined
  /** Undefined if the person was not asked, or closed the question without an answer. */
  answerTo(key: string): boolean | undefined
}

/** A yes-or-no question, thrown by a tool. It is control flow, not an error. */
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

/** The person behind a call; undefined if the client does not support elicitation. */
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
