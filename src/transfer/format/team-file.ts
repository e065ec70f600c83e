import { z } from 'zod'
import { MAX_GROUP_MEMBERS, MAX_GROUP_TURNS } from '../../core/group.ts'
import { text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { cleanText } from '../../core/text.ts'
import { AgentFile } from './agent-file.ts'
import { positive } from './agent-file-fields.ts'
import { idOf } from './agent-file-message.ts'

/* A team as one file: a group, and each of its agents as an agent file. */

export const TEAM_FORMAT = 'recollect-team'
export const TEAM_FORMAT_VERSION = 2

/** Read first: says whether the rest can be read. */
export const TeamHead = z.looseObject({
  format: z.literal(TEAM_FORMAT),
  version: z.int().min(1),
})

const agentId = idOf('agent')

export const teamGroup = z.strictObject({
  name: text(LIMITS.name).min(1).transform(cleanText),
  max_turns: z.int().min(1).max(MAX_GROUP_TURNS),
  /** Number of the manager's conversation in which it is messaged, from 1. Since version 2. */
  conversation: positive.optional(),
  /** Ids that the agents had, in the order of the agents: messages name them. Since version 2. */
  agent_ids: z.array(agentId).optional(),
})
export type TeamGroup = z.infer<typeof teamGroup>

export const TeamFile = z.strictObject({
  format: z.literal(TEAM_FORMAT),
  version: z.int().min(1).max(TEAM_FORMAT_VERSION),
  group: teamGroup,
  /** The manager, then the members. */
  agents: z
    .array(AgentFile)
    .min(1)
    .max(MAX_GROUP_MEMBERS + 1),
})
export type TeamFile = z.infer<typeof TeamFile>
