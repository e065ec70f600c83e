import { UserError } from '../../core/errors.ts'
import type { AgentFile } from './agent-file.ts'
import type { BundledGroup } from './bundle.ts'
import type { TeamGroup } from './team-file.ts'

/** The group of these agents, its manager and then its members. Throws a UserError if its conversation is not there. */
export function toBundledGroup(
  { name, max_turns: maxTurns, conversation, agent_ids: knownAs = [] }: TeamGroup,
  agents: readonly AgentFile[],
): BundledGroup {
  const { length } = agents[0]?.conversations ?? []
  if (conversation !== undefined && conversation > length) {
    throw new UserError(
      'invalid_argument',
      `Invalid file: group.conversation is beyond the manager's conversations, of which there are ${length}; nothing was imported. Export the team again.`,
    )
  }
  const members = agents.slice(1).map((_, index) => index + 1)
  return { name, maxTurns, manager: 0, members, conversation, knownAs }
}
