import { DEFAULT_GROUP_TURNS, DELEGATING_TOOLS, MAX_GROUP_MEMBERS } from '../../core/group.ts'
import { LIMITS } from '../../core/limits.ts'
import { cleanText, sliceCharacters } from '../../core/text.ts'
import type { AgentFile } from '../format/agent-file.ts'
import type { BundledGroup } from '../format/bundle.ts'
import type { LettaFile, LettaGroup } from './layout.ts'

/** The kind in which one agent delegates to the others: the only one there is here. */
const SUPERVISOR = 'supervisor'

export interface ReadGroups {
  readonly groups: readonly BundledGroup[]
  readonly warnings: readonly string[]
}

/** Groups of a file. Agents that they name may be gone. */
export function readGroups({ groups, agents }: LettaFile): ReadGroups {
  const places = new Map(agents.map(({ id }, index) => [id, index]))
  const found: BundledGroup[] = []
  const warnings: string[] = []
  for (const group of groups ?? []) {
    const read = readGroup(group, places)
    if (!read) {
      const { agent_ids, manager_config: config } = group
      warnings.push(
        `A group of the kind ${JSON.stringify(config?.manager_type ?? 'unknown')} with ${(agent_ids ?? []).length} members was not imported; its agents were.`,
      )
      continue
    }
    const lost = (group.agent_ids ?? []).filter((id) => !places.has(id)).length
    if (lost > 0)
      warnings.push(
        `The group ${JSON.stringify(read.name)} names ${lost} agents that are not in the file.`,
      )
    found.push(read)
  }
  return { groups: found, warnings }
}

function readGroup(
  { manager_config: config, agent_ids, description }: LettaGroup,
  places: ReadonlyMap<string, number>,
): BundledGroup | undefined {
  if (config?.manager_type !== SUPERVISOR) return undefined
  const manager = places.get(config.manager_agent_id ?? '')
  const members = [...new Set(agent_ids ?? [])].flatMap((id) => places.get(id) ?? [])
  const others = members.filter((place) => place !== manager)
  if (manager === undefined || others.length === 0 || others.length > MAX_GROUP_MEMBERS)
    return undefined
  const given = cleanText(description ?? '').trim()
  const name = given === '' ? 'Group' : sliceCharacters(given, 0, LIMITS.name)
  return { name, maxTurns: DEFAULT_GROUP_TURNS, manager, members: others, knownAs: [] }
}

/** The agent with a tool to delegate with. */
export function withDelegation(file: AgentFile): AgentFile {
  const { agent } = file
  if (DELEGATING_TOOLS.some((tool) => agent.tools.includes(tool))) return file
  return { ...file, agent: { ...agent, tools: [...agent.tools, DELEGATING_TOOLS[0]] } }
}
