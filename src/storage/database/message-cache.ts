import type { Message } from '../../core/message.ts'
import { tokenSum } from '../../core/token-sum.ts'

/** A running agent reads its history at every step, so messages are cached. Chosen by hand. */
const MAX_ENTRIES = 10_000
/** Larger messages are rare and would fill the memory. Chosen by hand. */
const MAX_TOKENS = 2_000
/** All that is kept as in sight together, about 4 MB of text. Chosen by hand. */
const MAX_SIGHT_TOKENS = 1_000_000

/**
 * Cache of messages by namespace, id and `seq`. Messages are immutable, so an entry never becomes stale. A message
 * whose transaction was rolled back can be appended again under another `seq`, which is why `seq` is part of the key.
 * The table decides whether a message exists.
 */
export interface MessageCache {
  find(namespace: string, message: MessageKey): Message | undefined
  /** Returns its argument. */
  keep(namespace: string, message: Message): Message
  /** The messages last read as in sight of a conversation; the table decides whether they still are. */
  sight(namespace: string, conversation: string): Sight | undefined
  keepSight(namespace: string, conversation: string, sight: Sight): void
}

export interface MessageKey {
  readonly id: string
  readonly seq: number
}

/** All messages of a conversation that a model may be shown, from one `seq` on. */
export interface Sight {
  readonly from: number
  readonly messages: readonly Message[]
}

/** The cache of a transaction in progress. */
export interface DraftCache extends MessageCache {
  /** The transaction is committed: what it has kept is for all. */
  commit(): void
}

/** A sight is kept again at every step, longer by a few messages. */
const sum = tokenSum((message: Message) => message.tokens)

export function createMessageCache(): MessageCache {
  /** By id, of which two namespaces may have the same. */
  const kept = new Map<string, { readonly namespace: string; readonly message: Message }>()
  const sights = new Map<string, Sight & { readonly tokens: number }>()
  let sightTokens = 0
  function forget(key: string): void {
    sightTokens -= sights.get(key)?.tokens ?? 0
    sights.delete(key)
  }

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
    sight: (namespace, conversation) => sights.get(keyOf(namespace, conversation)),
    keepSight(namespace, conversation, sight) {
      const key = keyOf(namespace, conversation)
      const tokens = sum(sight.messages)
      forget(key)
      if (tokens > MAX_SIGHT_TOKENS) return
      for (const oldest of sights.keys()) {
        if (sightTokens + tokens <= MAX_SIGHT_TOKENS) break
        forget(oldest)
      }
      sights.set(key, { ...sight, tokens })
      sightTokens += tokens
    },
  }
}

/** Keeps to itself what a transaction reads of its own writes, which may be rolled back. */
export function draftOf(cache: MessageCache): DraftCache {
  const own = createMessageCache()
  const keeping: (() => void)[] = []
  return {
    find: (namespace, key) => own.find(namespace, key) ?? cache.find(namespace, key),
    keep(namespace, message) {
      keeping.push(() => cache.keep(namespace, message))
      return own.keep(namespace, message)
    },
    sight: (namespace, conversation) =>
      own.sight(namespace, conversation) ?? cache.sight(namespace, conversation),
    keepSight(namespace, conversation, sight) {
      own.keepSight(namespace, conversation, sight)
      keeping.push(() => cache.keepSight(namespace, conversation, sight))
    },
    commit() {
      for (const keep of keeping) keep()
    },
  }
}

function keyOf(namespace: string, conversation: string): string {
  return `${namespace} ${conversation}`
}
