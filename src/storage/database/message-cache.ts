import type { Message } from '../../core/message.ts'

/** A working agent reads its history at every step; this many messages need not be read again. */
const MAX_ENTRIES = 10_000
/** Larger ones are few, and would fill the memory. */
const LARGEST_TOKENS = 2_000

/**
 * Messages by namespace, id and number. They are never changed once they are appended, so an entry can't grow old; only
 * one whose transaction was rolled back may be appended again, and take another number then. Whether a message is still
 * there is for the table to say.
 */
export interface MessageCache {
  find(namespace: string, message: MessageKey): Message | undefined
  /** Returns what it was given. */
  keep(namespace: string, message: Message): Message
}

export interface MessageKey {
  readonly id: string
  readonly seq: number
}

export function createMessageCache(): MessageCache {
  const messages = new Map<string, Message>()
  return {
    find: (namespace, key) => messages.get(keyOf(namespace, key)),
    keep(namespace, message) {
      if (message.tokens > LARGEST_TOKENS) return message
      // Maps keep the order of insertion, so the first key is the oldest.
      const oldest = messages.size >= MAX_ENTRIES ? messages.keys().next() : undefined
      if (oldest?.value !== undefined) messages.delete(oldest.value)
      messages.set(keyOf(namespace, message), message)
      return message
    },
  }
}

/** Ids hold no space. */
function keyOf(namespace: string, { id, seq }: MessageKey): string {
  return `${id} ${seq} ${namespace}`
}
