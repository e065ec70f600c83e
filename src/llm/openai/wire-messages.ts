import { isRecord } from '../../core/is-record.ts'
import type { Fields } from '../wire/fields.ts'

/* Reads the messages of a request body. */

export function messagesOf(body: Fields): readonly Fields[] {
  return Array.isArray(body.messages) ? body.messages.filter(isRecord) : []
}

export function callsOf(message: Fields): readonly Fields[] {
  return Array.isArray(message.tool_calls) ? message.tool_calls.filter(isRecord) : []
}

export function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content
    .map((part: unknown) => (isRecord(part) && typeof part.text === 'string' ? part.text : ''))
    .join('')
}
