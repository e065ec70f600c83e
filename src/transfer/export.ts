import type { Agent } from '../core/agent.ts'
import type { BlockVersion } from '../core/block.ts'
import type { Timestamp } from '../core/clock.ts'
import { type Conversation, defaultConversation } from '../core/conversation.ts'
import type { AgentId, ArchiveId, BlockId, ConversationId } from '../core/ids.ts'
import type { Extras, Message, MessageSender } from '../core/message.ts'
import type { Picture } from '../core/picture.ts'
import { flattenToolRule } from '../core/tool-rule.ts'
import type { PlacedPassage, Reads } from '../storage/port/store.ts'
import {
  type FileAgent,
  type FileConversation,
  type FileMessage,
  type FileMessageExtras,
  type FilePassage,
  type FilePicture,
  type FileSender,
  type FileSummary,
  type FileVersion,
  FORMAT,
  FORMAT_VERSION,
} from './agent-file.ts'
import { toFileSettings } from './file-settings.ts'

/** Rows per read; other requests run in between. Chosen by hand. */
const ROWS = 200

/**
 * Streams an agent as a file, one entry a line. `reads` must be a snapshot. Omitted: data of the server rather than the
 * agent (runs, other agents), and everything that can be computed again.
 */
export async function* exportAgent(
  reads: Reads,
  agent: Agent,
  at: Timestamp,
): AsyncGenerator<string> {
  const numberOf = await numbering(reads, agent.id)
  const own = defaultConversation(agent.id)
  const { ranOn } = await reads.conversations.contextState(own)
  const head = { format: FORMAT, version: FORMAT_VERSION, exported_at: at }
  yield `${JSON.stringify(head).slice(0, -1)},\n"agent":${JSON.stringify(toFileAgent(agent))},\n`
  const { context, summaries } = await toFileContext(reads, own, numberOf)
  yield `"context":${JSON.stringify({ ...context, ...(ranOn !== null && { ran_on: ranOn }) })},\n`
  yield `"summaries":${JSON.stringify(summaries)},\n`
  const others = (await conversationsOf(reads, agent.id)).filter(({ id }) => id !== own)
  const conversations: FileConversation[] = []
  for (const { id, title, createdAt: created_at } of others) {
    conversations.push({ title, created_at, ...(await toFileContext(reads, id, numberOf)) })
  }
  yield `"conversations":${JSON.stringify(conversations)},\n`
  yield '"blocks":['
  yield* list(blocksOf(reads, agent.id))
  yield '],\n"messages":['
  const hidden = new Set(await reads.messages.hidden(agent.id))
  const places = new Map(others.map(({ id }, index) => [id, index + 1]))
  const toFile = (message: Message) => {
    const conversation = places.get(message.conversationId)
    return {
      ...toFileMessage(message),
      ...(hidden.has(message.seq) && { hidden: true }),
      ...(conversation !== undefined && { conversation }),
    }
  }
  yield* list(rows(messagesOf(reads, agent.id), toFile))
  yield '],\n"archives":['
  yield* list(archivesOf(reads, agent.id))
  yield '],\n"pictures":['
  yield* list(rows(picturesOf(reads, agent.id), (picture) => picture))
  yield ']}\n'
}

type Pieces = AsyncIterable<string> | Iterable<string>

/** Elements of a list, each in pieces, with separators. */
async function* list(elements: AsyncIterable<Pieces>): AsyncGenerator<string> {
  let between = '\n'
  for await (const element of elements) {
    yield between
    yield* element
    between = ',\n'
  }
}

/** Batches of rows; a batch is one piece with several elements. */
async function* rows<Row>(
  batches: AsyncIterable<readonly Row[]>,
  toFile: (row: Row) => object,
): AsyncGenerator<Pieces> {
  for await (const batch of batches) {
    if (batch.length > 0) yield [batch.map((row) => JSON.stringify(toFile(row))).join(',\n')]
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function* blocksOf(reads: Reads, agentId: AgentId) {
  const blocks = new Map((await reads.blocks.ofAgent(agentId)).map((block) => [block.id, block]))
  for (const { blockId, at } of await reads.blocks.attachments(agentId)) {
    const head = { label: blocks.get(blockId)?.label, attached_at: at }
    yield inside(
      head,
      'versions',
      rows(versionsOf(reads, blockId), (version) => toFileVersion(version, agentId)),
    )
  }
}

async function* archivesOf(reads: Reads, agentId: AgentId) {
  const defaultId = await reads.archives.defaultOf(agentId)
  let cursor: string | undefined
  do {
    const page = await reads.archives.list({ agentId, limit: ROWS, cursor })
    for (const { id, name, description, createdAt } of page.items) {
      const head = { name, description, is_default: id === defaultId, created_at: createdAt }
      yield inside(head, 'passages', rows(passagesOf(reads, id), toFilePassage))
    }
    cursor = page.nextCursor
  } while (cursor !== undefined)
}

/** An object with these fields and a list as the last one. */
async function* inside(
  fields: object,
  name: string,
  elements: AsyncIterable<Pieces>,
): AsyncGenerator<string> {
  yield `${JSON.stringify(fields).slice(0, -1)},"${name}":[`
  yield* list(elements)
  yield ']}'
}

async function* versionsOf(reads: Reads, id: BlockId) {
  for (let after = 0; ; after += ROWS) {
    const versions = await reads.blocks.versionsAfter(id, after, ROWS)
    yield versions
    if (versions.length < ROWS) return
  }
}

async function* messagesOf(reads: Reads, agentId: AgentId) {
  let first = 1
  for (;;) {
    const messages = await reads.messages.since(agentId, first, ROWS)
    yield messages
    const last = messages.at(-1)
    if (!last || messages.length < ROWS) return
    first = last.seq + 1
  }
}

/** Oldest first. */
async function conversationsOf(reads: Reads, agentId: AgentId): Promise<readonly Conversation[]> {
  const found: Conversation[] = []
  let cursor: string | undefined
  do {
    const page = await reads.conversations.list({ agentId, limit: ROWS, cursor })
    found.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return found.reverse()
}

type Numbering = (seq: number) => Promise<number>

/** A message's number in the file. It differs from `seq` only if a conversation was deleted. */
async function numbering(reads: Reads, agentId: AgentId): Promise<Numbering> {
  const last = await reads.messages.last(agentId)
  const { messages } = await reads.agents.counts(agentId)
  if (messages === last) return async (seq) => seq
  return async (seq) => 1 + (await reads.messages.countBefore(agentId, seq))
}

async function toFileContext(reads: Reads, id: ConversationId, numberOf: Numbering) {
  const { from, summariesFrom, pressureTold } = await reads.conversations.contextState(id)
  const summaries: FileSummary[] = []
  for (const { text, fromSeq, toSeq, until, method } of await reads.conversations.summaries(id)) {
    const from_message = await numberOf(fromSeq)
    const to_message = Math.max(from_message, (await numberOf(toSeq + 1)) - 1)
    summaries.push({ text, from_message, to_message, until, method })
  }
  return {
    context: {
      from: await numberOf(from),
      summaries_from: await numberOf(summariesFrom),
      pressure_told: pressureTold,
    },
    summaries,
  }
}

/** One by one, since each may have megabytes. */
async function* picturesOf(reads: Reads, agentId: AgentId): AsyncGenerator<readonly FilePicture[]> {
  for (const { picture, problem } of await reads.pictures.ofAgent(agentId)) {
    const { digest } = picture
    const bytes = await reads.pictures.bytes(agentId, digest)
    if (!bytes) continue
    const data = Buffer.from(bytes).toString('base64')
    yield [{ digest, ...(problem !== null && { problem }), data }]
  }
}

async function* passagesOf(reads: Reads, id: ArchiveId) {
  let cursor: string | undefined
  do {
    const page = await reads.passages.ofArchive(id, { limit: ROWS, cursor })
    yield page.items
    cursor = page.nextCursor
  } while (cursor !== undefined)
}

function toFileAgent(agent: Agent): FileAgent {
  return {
    name: agent.name,
    description: agent.description,
    agent_type: agent.agentType,
    model: agent.model,
    embedding: agent.embedding,
    context_window: agent.contextWindow,
    system: agent.system,
    tags: [...agent.tags],
    tools: [...agent.tools],
    tool_rules: agent.toolRules.map((rule) => {
      const { children, cases, ...flat } = flattenToolRule(rule)
      return {
        ...flat,
        ...(children && { children: [...children] }),
        ...(cases && { cases: [...cases] }),
      }
    }),
    settings: toFileSettings(agent.settings),
    created_at: agent.createdAt,
  }
}

/** Changes of a shared block by other agents are exported as changes by a client. */
function toFileVersion(version: BlockVersion, agentId: AgentId): FileVersion {
  const { author, reason } = version
  const isOthers = author.kind === 'agent' && author.agentId !== agentId
  return {
    value: version.value,
    description: version.description,
    limit: version.limit,
    read_only: version.readOnly,
    at: version.at,
    by: isOthers ? 'client' : author.kind,
    ...(reason !== null && { reason }),
  }
}

function toFileMessage(message: Message): FileMessage {
  const { createdAt: created_at, text } = message
  const elsewhere = message.elsewhere && { elsewhere: message.elsewhere }
  switch (message.role) {
    case 'user':
      return {
        role: 'user',
        created_at,
        text,
        ...(message.pictures && { pictures: message.pictures.map(toFilePicture) }),
        ...elsewhere,
      }
    case 'system':
      return { role: 'system', created_at, text, ...toFileSender(message.sender) }
    case 'assistant':
      return {
        role: 'assistant',
        created_at,
        text,
        reasoning: message.reasoning,
        tool_calls: message.toolCalls.map((call) => ({ ...call })),
        said: [...message.said],
        ...(message.speaker && {
          speaker: { agent_id: message.speaker.agentId, name: message.speaker.name },
        }),
        ...(message.extras && { extras: toFileExtras(message.extras) }),
        ...elsewhere,
      }
    case 'tool':
      return {
        role: 'tool',
        created_at,
        call_id: message.callId,
        tool_name: message.toolName,
        status: message.status,
        text,
      }
  }
}

function toFileSender(sender: MessageSender | undefined): { readonly sender?: FileSender } {
  if (!sender || sender.kind === 'server') return sender ? { sender } : {}
  const { kind, name, agentId: agent_id, runId: run_id, awaitsReply: awaits_reply } = sender
  return { sender: { kind, name, agent_id, run_id, awaits_reply } }
}

function toFilePicture({ digest, mediaType, size, width, height }: Picture) {
  return { digest, media_type: mediaType, bytes: size, width, height }
}

function toFileExtras({ model, wire, message, calls }: Extras): FileMessageExtras {
  return { model, wire, ...(message && { message }), ...(calls && { calls: [...calls] }) }
}

function toFilePassage(passage: PlacedPassage): FilePassage {
  const { supersededBy, expiresAt, lastFoundAt } = passage
  return {
    id: passage.id,
    text: passage.text,
    tags: [...passage.tags],
    source: passage.source,
    position: passage.position,
    created_at: passage.createdAt,
    ...(supersededBy !== null && { superseded_by: supersededBy }),
    ...(expiresAt !== null && { expires_at: expiresAt }),
    found_count: passage.foundCount,
    ...(lastFoundAt !== null && { last_found_at: lastFoundAt }),
  }
}
