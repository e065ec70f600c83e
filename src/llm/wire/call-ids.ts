import type { CallId } from '../../core/ids.ts'
import type { ModelMessage } from '../model.ts'
import { toWireId } from './wire-id.ts'

type AnswerMessage = Extract<ModelMessage, { role: 'assistant' }>

/** OpenAI's limit on ids, so that gateways can pass them on. */
export const MAX_ID_LENGTH = 40

/**
 * Ids of calls on the wire: the provider's own (`ownId`) if it wrote them, otherwise ours. Of repeated ids only the
 * first is kept, so that earlier messages are the same at every later step.
 */
export function callIds(
  messages: readonly ModelMessage[],
  maxLength: number,
  ownId: (answer: AnswerMessage, index: number) => string | undefined,
): ReadonlyMap<CallId, string> {
  const ids = new Map<CallId, string>()
  const taken = new Set<string>()
  for (const message of messages) {
    if (message.role !== 'assistant') continue
    message.toolCalls.forEach((call, index) => {
      const own = ownId(message, index)
      const id = own !== undefined && !taken.has(own) ? own : toWireId(call.id, maxLength)
      taken.add(id)
      ids.set(call.id, id)
    })
  }
  return ids
}
