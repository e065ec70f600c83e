import type { Message } from '../core/message.ts'

/** A working agent reads its history at every step; this many messages need not be read again. */
const MOST_ENTRIES = 10_000

/**
 * Messages by namespace and id. They are never changed once they are appended, so an entry can't grow old; the id of one whose
 * transaction was rolled back is never used again. Whether a message is still there is for the table to say.
 */
export interface MessageCache {
  find(namespace: string, id: string): Message | undefined
  /** Returns what it was given. */
  keep(namespace: string, message: Message): Message
}

export function createMessageCache(): MessageCache {
  const messages = new Map<string, Message>()
  return {
    find: (namespace, id) => messages.get(keyOf(namespace, id)),
    keep(namespace, message) {
      // Maps keep the order of insertion, so the first key is the oldest.
      const oldest = messages.size >= MOST_ENTRIES ? messages.keys().next() : undefined
      if (oldest?.value !== undefined) messages.delete(oldest.value)
      messages.set(keyOf(namespace, message.id), message)
      return message
    },
  }
}

/** Ids hold no space. */
function keyOf(namespace: string, id: string): string {
  return `${id} ${namespace}`
}
