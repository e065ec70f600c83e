import type { Timestamp } from '../../core/clock.ts'
import type { MessageSender } from '../../core/message.ts'
import type { Speaker } from '../../core/route.ts'
import { PROMPTS } from '../../generated/prompts.ts'
import { escapeAttribute, escapeTags } from '../tools/escape-structure.ts'
import { stamp } from './context-line.ts'

/** The tag around messages that no user wrote. */
const TAG = 'message'

/** A user's message as a model sees it. No text of a user looks like a message of another sender. */
export function renderUserMessage(text: string, at: Timestamp, timezone: string): string {
  return `${stamp(at, timezone)}\n${escapeTags(text, [TAG])}`
}

/** A message of another agent or of the server as a model sees it. */
export function renderSentMessage(
  { text, sender }: { readonly text: string; readonly sender: MessageSender },
  at: Timestamp,
  timezone: string,
): string {
  const head = stamp(at, timezone)
  const inside = escapeTags(text, [TAG])
  if (sender.kind === 'server') return `${head}\n<${TAG} from="server">\n${inside}\n</${TAG}>`
  const { name, agentId, runId, awaitsReply } = sender
  const hint = PROMPTS[awaitsReply ? 'message-awaited' : 'message-async'].trim()
  const from = `from="agent" name="${escapeAttribute(name)}" agent_id="${agentId}" run_id="${runId}"`
  return `${head}\n<${TAG} ${from}>\n${inside}\n</${TAG}>\n${hint}`
}

/** The words of an agent that answered the user in this one's place, as its model sees them. */
export function renderRelayed(
  { text, speaker }: { readonly text: string; readonly speaker: Speaker },
  at: Timestamp,
  timezone: string,
): string {
  const { name, agentId } = speaker
  const from = `from="agent" name="${escapeAttribute(name)}" agent_id="${agentId}" to="user"`
  return `${stamp(at, timezone)}\n<${TAG} ${from}>\n${escapeTags(text, [TAG])}\n</${TAG}>`
}
