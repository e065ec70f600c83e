import type { ModelMessage } from './model.ts'

const BETWEEN = '\n\n'

/**
 * Makes the conversation fit every chat template: one system message, at the beginning, and no two neighbouring
 * messages of one role. Later system messages are sent as the user's, marked as system text.
 */
export function joinNeighbours(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  const joined: ModelMessage[] = []
  for (const [index, message] of messages.entries()) {
    const isLate = message.role === 'system' && index > 0 && joined.at(-1)?.role !== 'system'
    const next: ModelMessage = isLate
      ? { role: 'user', text: `<system>\n${message.text}\n</system>` }
      : message
    const last = joined.at(-1)
    const both = last && join(last, next)
    if (both) joined[joined.length - 1] = both
    else joined.push(next)
  }
  return joined
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
  if (one.role === 'system' && other.role === 'system') {
    return { role: 'system', text: one.text + BETWEEN + other.text }
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
