import { createHash } from 'node:crypto'
import type { ChatMessage } from './read-chat.ts'

/** A transcript in two parts: what the agent knows if it took part in it, and what is new. */
export interface Transcript {
  readonly before: readonly ChatMessage[]
  /** All that came after the last answer of the assistant. */
  readonly fresh: readonly ChatMessage[]
}

export function splitTranscript(messages: readonly ChatMessage[]): Transcript {
  const last = messages.findLastIndex(({ role }) => role === 'assistant')
  return { before: messages.slice(0, last + 1), fresh: messages.slice(last + 1) }
}

/**
 * Tells transcripts apart. Frontends trim and wrap texts, so white space does not count; calls count by their ids.
 */
export function fingerprint(messages: readonly ChatMessage[]): string {
  const said = messages.map(({ role, text, images, callIds, answers }) => [
    role,
    text.normalize('NFC').replaceAll(/\s+/g, ' ').trim(),
    ...callIds,
    ...images,
    ...(answers === undefined ? [] : [answers]),
  ])
  return createHash('sha256').update(JSON.stringify(said)).digest('hex')
}

/** The assistant's message as the client will send it back. */
export function answered(text: string, callIds: readonly string[]): ChatMessage {
  return { role: 'assistant', text, images: [], callIds }
}
