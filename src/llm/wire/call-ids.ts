import type { Changes } from '../../core/growing.ts'
import type { CallId } from '../../core/ids.ts'
import type { ModelMessage } from '../model.ts'
import { toWireId } from './wire-id.ts'

type AnswerMessage = Extract<ModelMessage, { role: 'assistant' }>

/** OpenAI's limit on ids, so that gateways can pass them on. */
export const MAX_ID_LENGTH = 40

export interface CallIds {
  /** Takes in the calls of the next message. */
  add(message: ModelMessage, changes: Changes): void
  /** The id of a call on the wire. */
  of(id: CallId): string
}

/**
 * Ids of calls on the wire: the provider's own (`ownId`) if it wrote them, otherwise ours. Of repeated ids only the
 * first is kept, so that earlier messages are the same at every later step.
 */
export function callIds(
  maxLength: number,
  ownId: (answer: AnswerMessage, index: number) => string | undefined,
): CallIds {
  const ids = new Map<CallId, string>()
  const taken = new Map<string, true>()
  return {
    add(message, changes) {
      if (message.role !== 'assistant') return
      message.toolCalls.forEach((call, index) => {
        const own = ownId(message, index)
        const id = own !== undefined && !taken.has(own) ? own : toWireId(call.id, maxLength)
        changes.set(taken, id, true)
        changes.set(ids, call.id, id)
      })
    },
    of: (id) => ids.get(id) ?? toWireId(id, maxLength),
  }
}
