import type { Agent } from '../core/agent.ts'
import type { Timestamp } from '../core/clock.ts'
import { defaultConversation } from '../core/conversation.ts'
import type { AgentId, ArchiveId, BlockId } from '../core/ids.ts'
import type { Message } from '../core/message.ts'
import type { Reads } from '../storage/port/store.ts'
import {
  type FileConversation,
  type FilePicture,
  FORMAT,
  FORMAT_VERSION,
} from './format/agent-file.ts'
import { archivesOf, conversationsOf, messagesOf, passagesOf, ROWS } from './rows.ts'
import {
  numbering,
  toFileAgent,
  toFileContext,
  toFileMessage,
  toFilePassage,
  toFileVersion,
} from './to-file.ts'
import { schedulesOf, sleeptimeOf } from './to-file-background.ts'
import { toFileTool } from './to-file-tool.ts'

/** Keys of blocks and archives that several agents of a file have. */
export type SharedKeys = ReadonlyMap<BlockId | ArchiveId, string>

const NONE_SHARED: SharedKeys = new Map()

/**
 * Streams an agent as a file, one entry a line. `reads` must be a snapshot. Omitted: data of the server rather than the
 * agent (runs, other agents), and everything that can be computed again.
 */
export async function* exportAgent(
  reads: Reads,
  agent: Agent,
  at: Timestamp,
  shared = NONE_SHARED,
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
  yield* list(blocksOf(reads, agent.id, shared))
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
  yield* list(archiveFiles(reads, agent.id, shared))
  yield '],\n"pictures":['
  yield* list(rows(picturesOf(reads, agent.id), (picture) => picture))
  yield '],\n'
  yield `"tools":${JSON.stringify(await toolsOf(reads, agent))},\n`
  yield `"schedules":${JSON.stringify(await schedulesOf(reads, agent.id))}`
  const sleeptime = await sleeptimeOf(reads, agent.id, numberOf)
  yield sleeptime ? `,\n"sleeptime":${JSON.stringify(sleeptime)}}\n` : '}\n'
}

/** In the order of the agent's list. */
async function toolsOf(reads: Reads, { id, tools }: Agent) {
  const stored = (await reads.tools.ofAgent(id)).map(({ tool }) => tool)
  return tools.flatMap((name) => stored.filter((tool) => tool.name === name).map(toFileTool))
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

async function* blocksOf(reads: Reads, agentId: AgentId, shared: SharedKeys) {
  const blocks = new Map((await reads.blocks.ofAgent(agentId)).map((block) => [block.id, block]))
  for (const { blockId, at } of await reads.blocks.attachments(agentId)) {
    const block = blocks.get(blockId)
    const metadata = block?.metadata && { metadata: block.metadata }
    const key = shared.get(blockId)
    const head = { key, label: block?.label, attached_at: at, ...metadata }
    yield inside(
      head,
      'versions',
      rows(versionsOf(reads, blockId), (version) => toFileVersion(version, agentId)),
    )
  }
}

async function* archiveFiles(reads: Reads, agentId: AgentId, shared: SharedKeys) {
  for await (const { id, name, description, createdAt, isDefault } of archivesOf(reads, agentId)) {
    const key = shared.get(id)
    const head = { key, name, description, is_default: isDefault, created_at: createdAt }
    yield inside(head, 'passages', rows(passagesOf(reads, id), toFilePassage))
  }
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
