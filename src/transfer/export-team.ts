import type { Timestamp } from '../core/clock.ts'
import { defaultConversation } from '../core/conversation.ts'
import { type Group, groupConversation } from '../core/group.ts'
import type { AgentId, ArchiveId, BlockId } from '../core/ids.ts'
import type { Reads } from '../storage/port/store.ts'
import { exportAgent, type SharedKeys } from './export.ts'
import { TEAM_FORMAT, TEAM_FORMAT_VERSION, type TeamGroup } from './format/team-file.ts'
import { archivesOf, conversationsOf } from './rows.ts'

/** Streams a group with its agents, the manager first, as one file. `reads` must be a snapshot. */
export async function* exportTeam(
  reads: Reads,
  group: Group,
  at: Timestamp,
): AsyncGenerator<string> {
  const head = { format: TEAM_FORMAT, version: TEAM_FORMAT_VERSION }
  const written = JSON.stringify({ ...head, group: await toTeamGroup(reads, group) })
  yield `${written.slice(0, -1)},\n"agents":[\n`
  const ids = [group.managerId, ...group.memberIds]
  const shared = await sharedOf(reads, ids)
  let between = ''
  for (const id of ids) {
    const agent = await reads.agents.get(id)
    if (!agent) continue
    yield between
    yield* exportAgent(reads, agent, at, shared)
    between = ',\n'
  }
  yield ']}\n'
}

export async function toTeamGroup(
  reads: Reads,
  { id, name, maxTurns, managerId, memberIds }: Group,
): Promise<TeamGroup> {
  const own = groupConversation(id)
  const first = defaultConversation(managerId)
  const others = (await conversationsOf(reads, managerId)).filter((one) => one.id !== first)
  const place = others.findIndex((one) => one.id === own)
  return {
    name,
    max_turns: maxTurns,
    ...(place >= 0 && { conversation: place + 1 }),
    agent_ids: [managerId, ...memberIds],
  }
}

/** Keys of what more than one of the agents has, numbered in the order of the agents. */
export async function sharedOf(reads: Reads, ids: readonly AgentId[]): Promise<SharedKeys> {
  const counts = new Map<BlockId | ArchiveId, number>()
  const add = (id: BlockId | ArchiveId) => counts.set(id, (counts.get(id) ?? 0) + 1)
  for (const agentId of ids) {
    for (const { blockId } of await reads.blocks.attachments(agentId)) add(blockId)
    for await (const { id } of archivesOf(reads, agentId)) add(id)
  }
  const shared = [...counts].flatMap(([id, count]) => (count > 1 ? [id] : []))
  return new Map(shared.map((id, index) => [id, `shared-${index}`]))
}
