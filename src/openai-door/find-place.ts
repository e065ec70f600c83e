import type { IncomingHttpHeaders } from 'node:http'
import type { AgentId, ConversationId } from '../core/ids.ts'
import type { McpContext } from '../service/context.ts'
import type { Chat, ChatMessage } from './read-chat.ts'
import { fingerprint, splitTranscript } from './transcript.ts'

/** Where the new messages go. */
export interface Place {
  readonly agentId: AgentId
  readonly conversation: ConversationId
  /** Messages that this conversation has not had. */
  readonly messages: readonly ChatMessage[]
}

/** Headers with which frontends name a chat; the first is ours. */
const CHAT_HEADERS = [
  'x-conversation-id',
  'x-openwebui-chat-id',
  'x-librechat-conversation-id',
  'x-chat-id',
]

/** A frontend that has no id yet sends these, or its template as it is. */
const NO_CHAT = /^(|new|null|undefined|\{.*\})$/i

/**
 * The conversation of a request: the one that a header or `user` names; else the one whose client has exactly the
 * transcript before the new messages. A transcript that nobody has, because it is new or was changed, becomes a
 * conversation of its own that begins with all of it; so does one under a name that is new.
 */
export async function findPlace(
  { agents, conversations }: McpContext,
  { model, messages, user }: Chat,
  headers: IncomingHttpHeaders,
): Promise<Place> {
  const { id: agentId } = await agents.find(model)
  const { before, fresh } = splitTranscript(messages)
  const chat = CHAT_HEADERS.map((name) => String(headers[name] ?? '').trim()).find(
    (value) => !NO_CHAT.test(value),
  )
  const key = chat === undefined ? user && `user ${user}` : `chat ${chat}`
  if (key) {
    const { id, isNew } = await conversations.named(agentId, key)
    return { agentId, conversation: id, messages: isNew ? messages : fresh }
  }
  const known =
    before.length === 0 ? undefined : await conversations.ofTranscript(agentId, fingerprint(before))
  if (known) return { agentId, conversation: known, messages: fresh }
  const { id } = await conversations.create(agentId)
  return { agentId, conversation: id, messages }
}
