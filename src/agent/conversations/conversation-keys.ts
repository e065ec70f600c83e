import { createHash } from 'node:crypto'
import { type Clock, toTimestamp } from '../../core/clock.ts'
import type { NamedConversation } from '../../core/conversation.ts'
import { type ConversationId, storedId } from '../../core/ids.ts'
import { findAgent } from '../../memory/find-agent.ts'
import type { Store } from '../../storage/port/store.ts'

/** Conversations by what clients call them, or by what clients have of them. */
export function createConversationKeys(store: Store, clock: Clock) {
  return {
    /** The conversation that a client calls `key`; it is created at its first use. */
    async named(agent: string, key: string): Promise<NamedConversation> {
      const at = toTimestamp(clock())
      return store.transaction(async (tx) => {
        const { id: agentId } = await findAgent(tx.agents, agent)
        const id = idOf(agentId, key)
        const known = await tx.conversations.get(id)
        if (known) return { id, isNew: false }
        const made = { id, agentId, title: '', createdAt: at }
        await tx.conversations.insert(made)
        return { id, isNew: true }
      })
    },

    /** The newest conversation of which a client has exactly this transcript; undefined: none. */
    async ofTranscript(agent: string, fingerprint: string): Promise<ConversationId | undefined> {
      const { id } = await findAgent(store.agents, agent)
      return store.conversations.ofTranscript(id, fingerprint)
    },

    /** Notes the transcript that its client has of the conversation now. */
    async noteTranscript(id: ConversationId, fingerprint: string): Promise<void> {
      await store.transaction((tx) => tx.conversations.noteTranscript(id, fingerprint))
    },
  }
}

/** Follows from the agent and the name, so that two requests at once mean the same one. */
function idOf(agentId: string, key: string): ConversationId {
  const hash = createHash('sha256').update(`conversation ${agentId} ${key}`).digest('hex')
  const parts = [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`]
  const uuid = [...parts, `a${hash.slice(17, 20)}`, hash.slice(20, 32)].join('-')
  return storedId('conv', `conv-${uuid}`)
}
