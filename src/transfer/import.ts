import { setImmediate as letOthersTurn } from 'node:timers/promises'
import type { Summary } from '../core/agent.ts'
import type { Block } from '../core/block.ts'
import { type Timestamp, toTimestamp } from '../core/clock.ts'
import { defaultConversation } from '../core/conversation.ts'
import { UserError } from '../core/errors.ts'
import { groupConversationOf } from '../core/group.ts'
import { type AgentId, type ConversationId, type GroupId, newId } from '../core/ids.ts'
import type { Store, Transaction } from '../storage/port/store.ts'
import type { AgentChecks } from './format/agent-checks.ts'
import type { AgentFile, FileConversation } from './format/agent-file.ts'
import type { Bundle, BundledAgent, ImportOptions } from './format/bundle.ts'
import { freeName, IMPORTED } from './free-name.ts'
import {
  batches,
  importArchive,
  importBlock,
  importConversation,
  importMessages,
  importSummary,
} from './import-parts.ts'
import { importPictures, keepPictures } from './import-pictures.ts'
import { type ImportedSettings, importSettings } from './import-settings.ts'
import { type ReadTools, readTools, storeTools } from './import-tools.ts'

export interface Imported {
  /** The first agent; of a team, its manager. */
  readonly agentId: AgentId
  readonly agentIds: readonly AgentId[]
  readonly groupId?: GroupId
  readonly warnings: readonly string[]
}

/**
 * Imports a bundle as new agents, or changes nothing. Everything gets new ids, so no existing data is affected. One
 * transaction, which blocks other writers while it lasts.
 */
export async function importBundle(
  store: Store,
  bundle: Bundle,
  checks: AgentChecks,
  options: ImportOptions,
  now: number,
): Promise<Imported> {
  const at = toTimestamp(now)
  const tools = await readTools(store, bundle, checks)
  const prepared = await Promise.all(
    bundle.agents.map((one, index) => prepareAgent(chosen(one, options, index), tools, checks, at)),
  )
  const loose = bundle.looseBlocks.map((block) => importBlock(null, block))
  const warnings = [
    ...bundle.warnings,
    ...tools.warnings,
    ...prepared.flatMap((one) => one.warnings),
  ]
  return store.transaction(async (tx) => {
    await storeTools(tx, tools, at)
    for (const block of loose) await storeBlock(tx, block, at)
    const shared = new Map<string, Block>()
    for (const one of prepared) {
      const suffix = options.suffix ?? IMPORTED
      warnings.push(...(await insertAgent(tx, one, { checks, shared, suffix, at })))
    }
    const agentIds = prepared.map(({ agent }) => agent.id)
    const [agentId, ...memberIds] = agentIds
    if (agentId === undefined)
      throw new Error('a bundle without agents passed the check of the file')
    const groupId = bundle.group && (await insertGroup(tx, bundle.group, agentId, memberIds, at))
    return { agentId, agentIds, ...(groupId && { groupId }), warnings: [...new Set(warnings)] }
  })
}

async function insertGroup(
  tx: Transaction,
  { name, maxTurns }: NonNullable<Bundle['group']>,
  managerId: AgentId,
  memberIds: readonly AgentId[],
  at: Timestamp,
): Promise<GroupId> {
  const id = newId('group')
  const group = { id, name, managerId, memberIds, maxTurns, createdAt: at }
  await tx.groups.insert(group)
  await tx.conversations.insert(groupConversationOf(group))
  return id
}

function chosen(
  { file, blockKeys }: BundledAgent,
  { name, model, withoutMessages }: ImportOptions,
  index: number,
): BundledAgent {
  const agent = {
    ...file.agent,
    ...(name !== undefined && index === 0 && { name }),
    ...(model !== undefined && { model }),
  }
  if (withoutMessages !== true) return { file: { ...file, agent }, blockKeys }
  const context = { ...file.context, from: 1, summaries_from: 1 }
  const empty = { context, summaries: [], conversations: [], messages: [], pictures: [] }
  return { file: { ...file, agent, ...empty }, blockKeys }
}

type Prepared = Awaited<ReturnType<typeof prepareAgent>>

/** All that needs no transaction. */
async function prepareAgent(
  { file, blockKeys }: BundledAgent,
  { usable, told }: ReadTools,
  checks: AgentChecks,
  at: Timestamp,
) {
  const id = newId('agent')
  const isTool = (name: string) => checks.isTool(name) || usable.has(name)
  const { agent, warnings } = await importSettings(id, file.agent, { ...checks, isTool }, at, told)
  return {
    file,
    agent,
    warnings,
    tools: agent.tools.flatMap((name) => usable.get(name) ?? []),
    blocks: file.blocks.map((block, index) => ({
      ...importBlock(id, block),
      key: blockKeys[index],
    })),
    messages: importMessages(file.messages, checks),
    summaries: file.summaries.map(importSummary),
    archives: file.archives.map(importArchive),
    pictures: importPictures(file.pictures ?? []),
    conversations: (file.conversations ?? []).map((one) => importConversation(id, one)),
    ranOn: await ranOnHere(file, checks),
  }
}

/** Returns warnings. */
async function insertAgent(
  tx: Transaction,
  { file, agent, ...parts }: Prepared,
  {
    checks,
    shared,
    suffix,
    at,
  }: {
    readonly checks: AgentChecks
    /** Blocks that were inserted for other agents, by their keys. */
    readonly shared: Map<string, Block>
    readonly suffix: string
    readonly at: Timestamp
  },
): Promise<readonly string[]> {
  const { id } = agent
  const name = suffix === '' ? agent.name : await freeName(tx, agent.name, suffix)
  await tx.agents.insert({ ...agent, name })
  // Nobody has approved them for this agent, so their first call waits for that.
  for (const tool of parts.tools) await tx.tools.attach(id, tool, null)
  for (const { key, attachedAt, ...block } of parts.blocks) {
    const known = key === undefined ? undefined : shared.get(key)
    const stored = known ?? (await storeBlock(tx, block, at))
    if (key !== undefined) shared.set(key, stored)
    await tx.blocks.attach(id, stored, attachedAt)
  }
  checks.room({ ...agent, name }, await tx.blocks.ofAgent(id))
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
  for (const { archive, isDefault, passages } of parts.archives) {
    await tx.archives.create(archive)
    await tx.archives.attach(id, archive.id, isDefault, at)
    await tx.passages.insertHistory(passages, at)
  }
  return nameWarning(agent, name)
}

async function storeBlock(
  tx: Transaction,
  { head, versions, metadata }: Omit<ReturnType<typeof importBlock>, 'attachedAt'>,
  at: Timestamp,
): Promise<Block> {
  const block = await tx.blocks.insertHistory(head, versions)
  if (metadata) await tx.blocks.setMetadata(block.id, metadata, at)
  return block
}

/**
 * The model that ran the agent, by which it waits for a model rather than be answered by the rehearsal. Null if its own
 * model is not set up here and a real default is: then that answers.
 */
async function ranOnHere(
  { agent: { model }, context }: AgentFile,
  checks: AgentChecks,
): Promise<string | null> {
  const { ran_on: ranOn = null } = context
  if (ranOn === null || model === null || (await isUsable(model, checks))) return ranOn
  return (await checks.hasRealDefault()) ? null : ranOn
}

async function isUsable(model: string, checks: AgentChecks): Promise<boolean> {
  try {
    await checks.model(model)
    return true
  } catch (error) {
    if (error instanceof UserError) return false
    throw error
  }
}

function nameWarning({ name }: ImportedSettings['agent'], given: string): readonly string[] {
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
