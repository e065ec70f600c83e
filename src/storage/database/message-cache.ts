import type { Message } from '../../core/message.ts'

/** A running agent reads its history at every step, so messages are cached. Chosen by hand. */
const MAX_ENTRIES = 10_000
/** Larger messages are rare and would fill the memory. Chosen by hand. */
const MAX_TOKENS = 2_000

/**
 * Cache of messages by namespace, id and `seq`. Messages are immutable, so an entry never becomes stale. A message
 * whose transaction was rolled back can be appended again under another `seq`, which is why `seq` is part of the key.
 * The table decides whether a message exists.
 */
export interface MessageCache {
  find(namespace: string, message: MessageKey): Message | undefined
  /** Returns its argument. */
  keep(namespace: string, message: Message): Message
}

export interface MessageKey {
  readonly id: string
  readonly seq: number
}

export function createMessageCache(): MessageCache {
  /** By id, of which two namespaces may have the same. */
  const kept = new Map<string, { readonly namespace: string; readonly message: Message }>()
  return {
    find(namespace, { id, seq }) {
      const found = kept.get(id)
      return found?.namespace === namespace && found.message.seq === seq ? found.message : undefined
    },
    keep(namespace, message) {
      if (message.tokens > MAX_TOKENS) return message
      // Maps keep insertion order, so the first key is the oldest.
      const oldest = kept.size >= MAX_ENTRIES ? kept.keys().next() : undefined
      if (oldest?.value !== undefined) kept.delete(oldest.value)
      kept.set(message.id, { namespace, message })
      return message
    },
  }
}
