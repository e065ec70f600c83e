import { z } from 'zod'
import { defineTool, READS } from '../call/define-tool.ts'
import { presentCursor } from '../present/present.ts'
import { agent, cursor, limit } from '../present/schema.ts'
import { answer, paged } from '../present/shapes.ts'
import { groupId, groupShape, presentGroup } from '../present/team-shapes.ts'

export const listGroups = defineTool({
  name: 'list_groups',
  title: 'List groups of agents',
  description:
    'Groups with their manager and members, newest first, or the one with that group_id.',
  input: z.strictObject({
    group_id: groupId.optional(),
    agent: agent.describe('Only groups that this agent manages or is a member of').optional(),
    limit: limit(10),
    cursor,
  }),
  output: answer({ groups: z.array(groupShape), ...paged }),
  scope: 'read',
  annotations: READS,
  pages: 'groups',
  pinned: false,
  async run({ group_id, ...filter }, context) {
    if (group_id !== undefined)
      return { groups: [presentGroup(await context.groups.get(group_id))] }
    const page = await context.groups.list(filter)
    return { groups: page.items.map(presentGroup), ...presentCursor(page) }
  },
})
