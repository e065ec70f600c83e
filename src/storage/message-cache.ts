import type { MessageBody } from '../core/message.ts'

/** A working agent reads its history at every step; this many bodies need not be parsed again. */
const MOST_ENTRIES = 10_000

/**
 * Bodies of messages by message id. Messages are never changed once they are appended, so an entry can't grow old; the
 * id of one whose transaction was rolled back is never used again.
 */
export interface MessageCache {
  get(id: string, parse: () => MessageBody): MessageBody
}

export function createMessageCache(): MessageCache {
  const bodies = new Map<string, MessageBody>()
  return {
    get(id, parse) {
      const known = bodies.get(id)
      if (known) return known
      const body = parse()
      // Maps keep the order of insertion, so the first key is the oldest.
      const oldest = bodies.size >= MOST_ENTRIES ? bodies.keys().next() : undefined
      if (oldest?.value !== undefined) bodies.delete(oldest.value)
      bodies.set(id, body)
      return body
    },
  }
}
