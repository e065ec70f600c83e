import type { Timestamp } from '../core/clock.ts'
import { type Group, groupConversation } from '../core/group.ts'
import type { AgentId, ArchiveId, BlockId } from '../core/ids.ts'
import type { Reads } from '../storage/port/store.ts'
import { exportAgent, otherConversations, type SharedKeys } from './export.ts'
import { TEAM_FORMAT, TEAM_FORMAT_VERSION, type TeamGroup } from './format/team-file.ts'

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
  { id, name, maxTurns, managerId }: Group,
): Promise<TeamGroup> {
  const own = groupConversation(id)
  const place = (await otherConversations(reads, managerId)).findIndex((one) => one.id === own)
  return { name, max_turns: maxTurns, ...(place >= 0 && { conversation: place + 1 }) }
}

/** Keys of what more than one of the agents has, numbered in the order of the agents. */
export async function sharedOf(reads: Reads, ids: readonly AgentId[]): Promise<SharedKeys> {
  const counts = new Map<BlockId | ArchiveId, number>()
  for (const agentId of ids) {
    const blocks = await reads.blocks.attachments(agentId)
    const archives = await archivesOf(reads, agentId)
    for (const id of [...blocks.map(({ blockId }) => blockId), ...archives])
      counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  const shared = [...counts].flatMap(([id, count]) => (count > 1 ? [id] : []))
  return new Map(shared.map((id, index) => [id, `shared-${index}`]))
}

async function archivesOf(reads: Reads, agentId: AgentId): Promise<readonly ArchiveId[]> {
  const found: ArchiveId[] = []
  let cursor: string | undefined
  do {
    const page = await reads.archives.list({ agentId, limit: 100, cursor })
    found.push(...page.items.map(({ id }) => id))
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return found
}
