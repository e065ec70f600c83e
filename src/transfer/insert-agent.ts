import { setImmediate as letOthersTurn } from 'node:timers/promises'
import type { Summary } from '../core/agent.ts'
import type { Block } from '../core/block.ts'
import type { Timestamp } from '../core/clock.ts'
import { defaultConversation } from '../core/conversation.ts'
import type { ArchiveId, ConversationId } from '../core/ids.ts'
import type { Transaction } from '../storage/port/store.ts'
import type { AgentChecks } from './format/agent-checks.ts'
import type { FileConversation } from './format/agent-file.ts'
import { freeName } from './free-name.ts'
import { batches, type importBlock } from './import-parts.ts'
import { keepPictures } from './import-pictures.ts'
import type { PreparedAgent } from './prepare-agent.ts'

export interface Inserting {
  readonly checks: AgentChecks
  /** Blocks and archives that were inserted for other agents, by their keys. */
  readonly blocks: Map<string, Block>
  readonly archives: Map<string, ArchiveId>
  readonly suffix: string
  readonly at: Timestamp
}

/** Returns warnings. */
export async function insertAgent(
  tx: Transaction,
  prepared: PreparedAgent,
  inserting: Inserting,
): Promise<readonly string[]> {
  const { file, agent: given, background, ...parts } = prepared
  const { checks, suffix, at } = inserting
  const { id } = given
  const name = suffix === '' ? given.name : await freeName(tx, given.name, suffix)
  const agent = { ...given, name }
  await tx.agents.insert(agent)
  // Nobody has approved them for this agent, so their first call waits for that.
  for (const tool of parts.tools) await tx.tools.attach(id, tool, null)
  await insertBlocks(tx, prepared, inserting)
  checks.room(agent, await tx.blocks.ofAgent(id))
  await keepPictures(tx, id, parts.pictures)
  for (const { conversation } of parts.conversations) await tx.conversations.insert(conversation)
  for (const batch of batches(parts.messages, file.messages)) {
    const place = parts.conversations[batch.conversation - 1]?.conversation.id
    await tx.messages.append(id, batch.messages, place)
    // Other writers wait, but readers are served.
    await letOthersTurn()
  }
  await importContext(tx, defaultConversation(id), file.context, parts.summaries, at)
  await tx.conversations.setContext(defaultConversation(id), { ranOn: parts.ranOn }, at)
  for (const { conversation, context, summaries } of parts.conversations)
    await importContext(tx, conversation.id, context, summaries, at)
  await insertArchives(tx, prepared, inserting)
  for (const schedule of background.schedules) await tx.schedules.insert(schedule)
  if (background.sleeptime) {
    const { settings, doneTo } = background.sleeptime
    await checks.beginSleeptime(tx, agent, settings, doneTo, at)
  }
  return nameWarning(given.name, name)
}

async function insertBlocks(
  tx: Transaction,
  { agent, blocks }: PreparedAgent,
  { blocks: known, at }: Inserting,
): Promise<void> {
  for (const { key, attachedAt, ...block } of blocks) {
    const shared = key === undefined ? undefined : known.get(key)
    const stored = shared ?? (await storeBlock(tx, block, at))
    if (key !== undefined) known.set(key, stored)
    await tx.blocks.attach(agent.id, stored, attachedAt)
  }
}

async function insertArchives(
  tx: Transaction,
  { agent, archives }: PreparedAgent,
  { archives: known, at }: Inserting,
): Promise<void> {
  for (const { key, archive, isDefault, passages } of archives) {
    const shared = key === undefined ? undefined : known.get(key)
    if (shared === undefined) {
      await tx.archives.create(archive)
      if (key !== undefined) known.set(key, archive.id)
    }
    await tx.archives.attach(agent.id, shared ?? archive.id, isDefault, at)
    if (shared === undefined) await tx.passages.insertHistory(passages, at)
  }
}

export async function storeBlock(
  tx: Transaction,
  { head, versions, metadata }: Omit<ReturnType<typeof importBlock>, 'attachedAt' | 'key'>,
  at: Timestamp,
): Promise<Block> {
  const block = await tx.blocks.insertHistory(head, versions)
  if (metadata) await tx.blocks.setMetadata(block.id, metadata, at)
  return block
}

function nameWarning(name: string, given: string): readonly string[] {
  if (given === name) return []
  return [`Another agent is named "${name}" already, so this one is named "${given}".`]
}

async function importContext(
  tx: Transaction,
  id: ConversationId,
  context: FileConversation['context'],
  summaries: readonly Summary[],
  at: Timestamp,
): Promise<void> {
  // Each extends those before it.
  for (const summary of summaries) await tx.conversations.setContext(id, { summary }, at)
  await tx.conversations.setContext(
    id,
    {
      from: context.from,
      summariesFrom: context.summaries_from,
      pressureTold: context.pressure_told,
    },
    at,
  )
}
