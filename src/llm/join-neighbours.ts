import { growing } from '../core/growing.ts'
import type { ModelMessage } from './model.ts'

const BETWEEN = '\n\n'

export interface Conversation {
  /** Absent: nothing was said by the system at the beginning. */
  readonly system?: Extract<ModelMessage, { role: 'system' }>
  readonly said: readonly ModelMessage[]
}

/**
 * Makes the conversation fit every chat template: one system message, at the beginning, and no two neighbouring
 * messages of one role. Later system messages are sent as the user's, marked as system text. The system message stands
 * apart, since it may change while the others stay.
 */
export function joinNeighbours(messages: readonly ModelMessage[]): Conversation {
  const end = messages.findIndex(({ role }) => role !== 'system')
  const first = end < 0 ? messages : messages.slice(0, end)
  const said = joinSaid(messages.slice(first.length))
  if (first.length === 0) return { said }
  return { system: { role: 'system', text: first.map(({ text }) => text).join(BETWEEN) }, said }
}

const joinSaid = growing(() => {
  const joined: ModelMessage[] = []
  return {
    add(message: ModelMessage, changes) {
      const next = message.role === 'system' ? asUser(message) : message
      const last = joined.at(-1)
      const both = last && join(last, next)
      if (both) changes.put(joined, joined.length - 1, both)
      else changes.push(joined, next)
    },
    made: (): readonly ModelMessage[] => [...joined],
  }
})

function asUser({ text }: ModelMessage): ModelMessage {
  return { role: 'user', text: `<system>\n${text}\n</system>` }
}

/** Undefined: they stay two messages. */
function join(one: ModelMessage, other: ModelMessage): ModelMessage | undefined {
  if (one.role === 'user' && other.role === 'user') {
    const before = one.text + BETWEEN
    const { changesFrom } = other
    const pictures = [...(one.pictures ?? []), ...(other.pictures ?? [])]
    return {
      role: 'user',
      text: before + other.text,
      ...(changesFrom !== undefined && { changesFrom: before.length + changesFrom }),
      ...(pictures.length > 0 && { pictures }),
    }
  }
  // An answer with calls is followed by their results.
  if (one.role !== 'assistant' || other.role !== 'assistant' || one.toolCalls.length > 0) {
    return undefined
  }
  const { extras, ...rest } = other
  const text = [one.text, other.text].filter((part) => part !== '').join(BETWEEN)
  const reasoning = [one.reasoning, other.reasoning].filter((part) => part !== '').join('\n')
  return { ...rest, text, reasoning, ...(extras && { extras }) }
}
