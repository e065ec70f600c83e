import type { Timestamp } from '../core/clock.ts'
import type { Group } from '../core/group.ts'
import type { Reads } from '../storage/port/store.ts'
import { exportAgent } from './export.ts'
import { TEAM_FORMAT, TEAM_FORMAT_VERSION } from './format/team-file.ts'

/** Streams a group with its agents, the manager first, as one file. `reads` must be a snapshot. */
export async function* exportTeam(
  reads: Reads,
  { name, maxTurns, managerId, memberIds }: Group,
  at: Timestamp,
): AsyncGenerator<string> {
  const head = { format: TEAM_FORMAT, version: TEAM_FORMAT_VERSION }
  const group = { name, max_turns: maxTurns }
  yield `${JSON.stringify({ ...head, group }).slice(0, -1)},\n"agents":[\n`
  let between = ''
  for (const id of [managerId, ...memberIds]) {
    const agent = await reads.agents.get(id)
    if (!agent) continue
    yield between
    yield* exportAgent(reads, agent, at)
    between = ',\n'
  }
  yield ']}\n'
}
