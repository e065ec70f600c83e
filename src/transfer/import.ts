import { type Timestamp, toTimestamp } from '../core/clock.ts'
import { type Group, groupConversation, groupConversationOf } from '../core/group.ts'
import { type AgentId, type ConversationId, type GroupId, newId } from '../core/ids.ts'
import type { Store, Transaction } from '../storage/port/store.ts'
import type { AgentChecks } from './format/agent-checks.ts'
import type { AgentFile } from './format/agent-file.ts'
import type { Bundle, BundledGroup, ImportOptions } from './format/bundle.ts'
import { IMPORTED } from './free-name.ts'
import { importBlock } from './import-parts.ts'
import { readTools, storeTools } from './import-tools.ts'
import { type Inserting, insertAgent, storeBlock } from './insert-agent.ts'
import { prepareAgent } from './prepare-agent.ts'

export interface Imported {
  /** The first agent; of a team, its manager. */
  readonly agentId: AgentId
  readonly agentIds: readonly AgentId[]
  /** The first group of the file. */
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
  const agentIds = bundle.agents.map(() => newId('agent'))
  const [agentId] = agentIds
  if (agentId === undefined) throw new Error('a bundle without agents passed the check of the file')
  const groups = bundle.groups.map((group) =>
    toGroup(options.withoutMessages ? { ...group, conversation: undefined } : group, agentIds, at),
  )
  const authorOf = sharedAuthors(bundle.agents, agentIds)
  const agentHere = agentsHere(bundle.groups, agentIds)
  const prepared = await Promise.all(
    bundle.agents.map((file, index) =>
      prepareAgent(agentIds[index] ?? agentId, chosen(file, options, index), {
        ...{ tools, checks, authorOf, scopes: options.scopes === undefined ? [] : options.scopes },
        ...{ now, agentHere, conversationIds: conversationsOf(groups, index) },
      }),
    ),
  )
  const loose = bundle.looseBlocks.map((block) => importBlock(block, () => undefined))
  const warnings = [
    ...bundle.warnings,
    ...tools.warnings,
    ...prepared.flatMap((one) => one.warnings),
  ]
  return store.transaction(async (tx) => {
    await storeTools(tx, tools, at)
    for (const block of loose) await storeBlock(tx, block, at)
    const suffix = options.suffix ?? IMPORTED
    const inserting: Inserting = { checks, blocks: new Map(), archives: new Map(), suffix, at }
    for (const one of prepared) warnings.push(...(await insertAgent(tx, one, inserting)))
    for (const one of groups) await insertGroup(tx, one)
    const groupId = groups[0]?.group.id
    return { agentId, agentIds, ...(groupId && { groupId }), warnings: [...new Set(warnings)] }
  })
}

interface NewGroup {
  readonly bundled: BundledGroup
  readonly group: Group
}

function toGroup(bundled: BundledGroup, agentIds: readonly AgentId[], at: Timestamp): NewGroup {
  const { name, maxTurns, manager, members } = bundled
  const managerId = agentIds[manager]
  if (managerId === undefined) throw new Error('a group without manager passed the check')
  const memberIds = members.flatMap((member) => agentIds[member] ?? [])
  return {
    bundled,
    group: { id: newId('group'), name, managerId, memberIds, maxTurns, createdAt: at },
  }
}

/** Ids of conversations of that agent that are those of groups. */
function conversationsOf(
  groups: readonly NewGroup[],
  agent: number,
): ReadonlyMap<number, ConversationId> {
  return new Map(
    groups.flatMap(({ bundled: { manager, conversation }, group }) =>
      manager === agent && conversation !== undefined
        ? [[conversation, groupConversation(group.id)] as const]
        : [],
    ),
  )
}

/** Messages name the agents of a team by the ids that they had. */
function agentsHere(groups: readonly BundledGroup[], agentIds: readonly AgentId[]) {
  const here = new Map(
    groups.flatMap(({ manager, members, knownAs }) =>
      [manager, ...members].flatMap((place, index) => {
        const [known, id] = [knownAs[index], agentIds[place]]
        return known !== undefined && id !== undefined ? [[known, id] as const] : []
      }),
    ),
  )
  return (id: AgentId) => here.get(id) ?? id
}

async function insertGroup(tx: Transaction, { bundled, group }: NewGroup): Promise<void> {
  await tx.groups.insert(group)
  if (bundled.conversation === undefined) await tx.conversations.insert(groupConversationOf(group))
}

/** An agent's own file says which versions of a shared block it wrote; in those of the others a client did. */
function sharedAuthors(files: readonly AgentFile[], agentIds: readonly AgentId[]) {
  const authors = new Map<string, (AgentId | undefined)[]>()
  for (const [index, { blocks }] of files.entries()) {
    for (const { key, versions } of blocks) {
      if (key === undefined) continue
      const known = authors.get(key) ?? []
      authors.set(
        key,
        versions.map(
          ({ by }, place) => known[place] ?? (by === 'agent' ? agentIds[index] : undefined),
        ),
      )
    }
  }
  return (key: string, version: number) => authors.get(key)?.[version]
}

function chosen(
  file: AgentFile,
  { name, model, withoutMessages }: ImportOptions,
  index: number,
): AgentFile {
  const agent = {
    ...file.agent,
    ...(name !== undefined && index === 0 && { name }),
    ...(model !== undefined && { model }),
  }
  if (withoutMessages !== true) return { ...file, agent }
  const context = { ...file.context, from: 1, summaries_from: 1 }
  const empty = { context, summaries: [], conversations: [], messages: [], pictures: [] }
  const sleeptime = file.sleeptime && { sleeptime: { ...file.sleeptime, done_to: 0 } }
  return { ...file, agent, ...empty, ...sleeptime }
}
