import type { Agent } from '../core/agent.ts'
import type { Timestamp } from '../core/clock.ts'
import type { Group } from '../core/group.ts'
import type { StoredTool } from '../core/stored-tool.ts'
import type { Reads } from '../storage/port/store.ts'
import { exportAgent } from './export.ts'
import { sharedOf, toTeamGroup } from './export-team.ts'
import type { AgentFile } from './format/agent-file.ts'
import { parseAgentFile } from './format/read-file.ts'

/** An agent, or a group's manager and members, as a file of Letta is made of them. `reads` must be a snapshot. */
export async function readForLetta(reads: Reads, one: Agent | Group, at: Timestamp) {
  const group = 'managerId' in one ? one : undefined
  const ids = 'managerId' in one ? [one.managerId, ...one.memberIds] : [one.id]
  const shared = await sharedOf(reads, ids)
  const files: AgentFile[] = []
  const tools = new Map<string, StoredTool>()
  for (const id of ids) {
    const agent = await reads.agents.get(id)
    if (!agent) continue
    const pieces: string[] = []
    for await (const piece of exportAgent(reads, agent, at, shared)) pieces.push(piece)
    files.push(parseAgentFile(JSON.parse(pieces.join(''))))
    for (const { tool } of await reads.tools.ofAgent(id)) tools.set(tool.id, tool)
  }
  const written = group && (await toTeamGroup(reads, group))
  return { files, tools: [...tools.values()], group: written }
}
