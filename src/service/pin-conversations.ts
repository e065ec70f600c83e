import type { AgentId } from '../core/ids.ts'
import type { ConversationsPort } from './context.ts'
import { type Own, withoutSender } from './pinned.ts'

export function pinConversations(
  conversations: ConversationsPort,
  id: AgentId,
  own: Own,
): ConversationsPort {
  /** One of another agent gives the same `not_found` as one that does not exist. */
  const check = (conversation: string) => conversations.get(conversation, id)
  return {
    create: async (agent, title) => conversations.create(own(agent), title),
    list: async (agent, page) => conversations.list(own(agent), page),
    get: check,
    async walk(walk) {
      return conversations.walk({ ...walk, agent: own(walk.agent ?? id) })
    },
    async fork(conversation) {
      await check(conversation)
      return conversations.fork(conversation)
    },
    named: async (agent, key) => conversations.named(own(agent), key),
    ofTranscript: async (agent, fingerprint) => conversations.ofTranscript(own(agent), fingerprint),
    async noteTranscript(conversation, fingerprint) {
      await check(conversation)
      await conversations.noteTranscript(conversation, fingerprint)
    },
    async rename(conversation, title) {
      await check(conversation)
      return conversations.rename(conversation, title)
    },
    async delete(conversation) {
      await check(conversation)
      await conversations.delete(conversation)
    },
    async messages(conversation, page) {
      await check(conversation)
      return (await conversations.messages(conversation, page)).map(withoutSender)
    },
  }
}
