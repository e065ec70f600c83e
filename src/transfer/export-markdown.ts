import type { Agent } from '../core/agent.ts'
import type { Timestamp } from '../core/clock.ts'
import { defaultConversation } from '../core/conversation.ts'
import { type FolderPiece, frontMatter, passageDetails, writeEntry } from '../core/exported-file.ts'
import { fileNameOf } from '../core/file-name.ts'
import type { ConversationId } from '../core/ids.ts'
import { type Message, spokenText } from '../core/message.ts'
import type { Redaction } from '../core/redact.ts'
import type { PlacedPassage, Reads } from '../storage/port/store.ts'
import { archivesOf, conversationsOf, messagesOf, passagesOf } from './rows.ts'

/**
 * An agent as files for people and git, where the same memory gives the same files: blocks, current passages by source,
 * what was said by day. `reads` must be a snapshot. Secrets are replaced by `clean`.
 */
export async function* exportMarkdown(
  reads: Reads,
  agent: Agent,
  at: Timestamp,
  clean: Redaction,
): AsyncGenerator<FolderPiece> {
  yield* blockFiles(reads, agent, clean)
  const count = { passages: 0, past: 0, messages: 0 }
  for await (const archive of archivesOf(reads, agent.id)) {
    for await (const passages of passagesOf(reads, archive.id)) {
      const current = passages.filter((passage) => isCurrent(passage, at))
      count.passages += current.length
      count.past += passages.length - current.length
      for (const passage of current) yield passagePiece(passage, archive, clean)
      await otherRequests()
    }
  }
  const titles = new Map<ConversationId, string>(
    (await conversationsOf(reads, agent.id)).map(({ id, title }) => [id, title]),
  )
  const hidden = new Set(await reads.messages.hidden(agent.id))
  for await (const messages of messagesOf(reads, agent.id)) {
    for (const message of messages) {
      const text = hidden.has(message.seq) ? '' : saidIn(message)
      if (text === '') continue
      count.messages += 1
      yield messagePiece(message, text, titles.get(message.conversationId) ?? '', clean)
    }
    await otherRequests()
  }
  yield { file: 'README', head: describeAgent(agent, count, clean), text: '' }
}

/** With a blank, which no other name has. */
const NO_SOURCE = 'no source'

const otherRequests = () => new Promise((resolve) => setImmediate(resolve))

const isCurrent = ({ supersededBy, expiresAt }: PlacedPassage, at: Timestamp) =>
  supersededBy === null && (expiresAt === null || expiresAt > at)

async function* blockFiles(
  reads: Reads,
  agent: Agent,
  clean: Redaction,
): AsyncGenerator<FolderPiece> {
  for (const { label, value, description, limit, readOnly } of await reads.blocks.ofAgent(agent.id))
    yield {
      file: `blocks/${fileNameOf(label)}`,
      head: frontMatter('block', {
        ...{ label, description: clean(description), limit },
        ...(readOnly && { read_only: true }),
      }),
      text: `\n${clean(value)}\n`,
    }
}

function passagePiece(
  { text, source, tags, createdAt, expiresAt }: PlacedPassage,
  archive: { readonly name: string; readonly isDefault: boolean },
  clean: Redaction,
): FolderPiece {
  const [from, name] = [clean(source), clean(archive.name)]
  const folder = archive.isDefault ? 'passages' : `archives/${fileNameOf(name)}`
  return {
    file: `${folder}/${from === '' ? NO_SOURCE : fileNameOf(from)}`,
    head: frontMatter('passages', { source: from, ...(!archive.isDefault && { archive: name }) }),
    text: writeEntry(createdAt, passageDetails(tags.map(clean), expiresAt), clean(text)),
  }
}

function messagePiece(
  { role, createdAt, agentId, conversationId }: Message,
  text: string,
  title: string,
  clean: Redaction,
): FolderPiece {
  const day = createdAt.slice(0, createdAt.indexOf('T'))
  const isOwn = conversationId === defaultConversation(agentId)
  const name = clean(title)
  // Titles need not be unique.
  const folder = isOwn ? '' : `${fileNameOf(name)}-${conversationId.slice(-8)}/`
  return {
    file: `conversations/${folder}${day}`,
    head: frontMatter('conversation', { day, ...(!isOwn && { title: name }) }),
    text: writeEntry(createdAt, [role], clean(text)),
  }
}

/** Words that a person or the agent said to the other. Empty: none. */
function saidIn(message: Message): string {
  if (message.role !== 'user' && message.role !== 'assistant') return ''
  const text = spokenText(message)
  if (text.trim() !== '') return text
  return message.role === 'user' && message.pictures?.length ? '[image]' : ''
}

function describeAgent(
  { id, name, description, agentType, tags }: Agent,
  count: { readonly passages: number; readonly past: number; readonly messages: number },
  clean: Redaction,
): string {
  const fields = { id, name: clean(name), agent_type: agentType, tags: tags.map(clean) }
  const about = description.trim() === '' ? '' : `\n${clean(description)}\n`
  return `${frontMatter('agent', fields)}
# ${clean(name).replaceAll(/\s+/g, ' ')}
${about}
- \`blocks\`: the memory blocks
- \`passages\`: ${count.passages} passages of archival memory by source${count.past === 0 ? '' : `, without ${count.past} that others have superseded or that have expired`}; those of further archives are in \`archives\`
- \`conversations\`: ${count.messages} messages by day (UTC), without tool calls and what they returned

An agent gets it back by \`recollect load <folder> --agent <agent>\`: once as it is for the passages, then with
\`--into blocks\` and with \`--into conversation\`. \`recollect export --format json\` writes everything.
`
}
