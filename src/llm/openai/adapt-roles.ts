import { remembered } from '../../core/remembered.ts'
import type { Fields } from '../wire/fields.ts'
import { callsOf, textOf } from './wire-messages.ts'

const NOTED = 'Noted.'
const GO_ON = '(The conversation goes on.)'
const BETWEEN = '\n\n'

/**
 * For templates that require alternating roles and ignore calls and results: inserts a text between two messages of one
 * role.
 */
export function alternateRoles(messages: readonly Fields[]): readonly Fields[] {
  const told: Fields[] = []
  let last = 'assistant'
  for (const message of messages) {
    const counts =
      message.role === 'user' || (message.role === 'assistant' && callsOf(message).length === 0)
    if (counts && message.role === last) {
      told.push(fillerBefore(message))
    }
    told.push(message)
    if (counts) last = String(message.role)
  }
  return told
}

/** Remembered with the message, so that the list begins as it did at the step before. */
const fillerBefore = remembered(
  ({ role }: Fields): Fields =>
    role === 'user' ? { role: 'assistant', content: NOTED } : { role: 'user', content: GO_ON },
)

/** For templates without calls and results: writes both as text and joins neighbouring messages of one role. */
export function tellAsText(messages: readonly Fields[]): readonly Fields[] {
  const told: Fields[] = []
  for (const message of messages) {
    const next = asWords(message)
    const last = told.at(-1)
    if (last && last.role === next.role) {
      const content = [textOf(last.content), textOf(next.content)].filter((text) => text !== '')
      told[told.length - 1] = { ...last, content: content.join(BETWEEN) }
    } else told.push(next)
  }
  return told
}

function asWords(message: Fields): Fields {
  const text = textOf(message.content)
  if (message.role === 'tool') {
    // A result must not close its own tag and continue as something else.
    const safe = text.replaceAll('</tool_response', '<\\/tool_response')
    return { role: 'user', content: `<tool_response>\n${safe}\n</tool_response>` }
  }
  const calls = callsOf(message).map(
    (call) => `<tool_call>${JSON.stringify(call.function)}</tool_call>`,
  )
  if (calls.length === 0) return { ...message, content: text }
  return { role: 'assistant', content: [text, ...calls].filter((part) => part !== '').join('\n') }
}

/** For models without a system role: puts the system text at the beginning of the first user message. */
export function withoutSystem(messages: readonly Fields[]): readonly Fields[] {
  const [system, next, ...rest] = messages
  if (system?.role !== 'system') return messages
  const text = textOf(system.content)
  if (next?.role !== 'user') {
    return [{ role: 'user', content: text }, ...messages.slice(1)]
  }
  return [{ ...next, content: text + BETWEEN + textOf(next.content) }, ...rest]
}
