import { z } from 'zod'
import { DEFAULT_GROUP_TURNS, MAX_GROUP_MEMBERS, MAX_GROUP_TURNS } from '../../core/group.ts'
import { list } from '../../core/limited.ts'
import { defineTool } from '../call/define-tool.ts'
import { name, reference } from '../present/schema.ts'
import { answer } from '../present/shapes.ts'
import { groupShape, presentGroup } from '../present/team-shapes.ts'

export const createGroup = defineTool({
  name: 'create_group',
  title: 'Create a group of agents',
  description:
    'Joins agents under a manager. Send messages to its group_id as to an agent (send_message): the manager gives ' +
    'the members their parts and puts their answers together, in a conversation of its own.',
  input: z.strictObject({
    name,
    manager: reference.describe('Id or exact name of an agent'),
    members: list(reference, MAX_GROUP_MEMBERS).min(1).describe('Ids or exact names of agents'),
    max_turns: z
      .int()
      .min(1)
      .max(MAX_GROUP_TURNS)
      .default(DEFAULT_GROUP_TURNS)
      .describe('Messages to other agents for each message to the group'),
  }),
  output: answer({ group: groupShape, warnings: z.array(z.string()) }),
  scope: 'write',
  annotations: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: false,
  },
  pinned: false,
  async run({ max_turns, ...group }, context) {
    const { gave, ...view } = await context.groups.create({ ...group, maxTurns: max_turns })
    const given = `${view.manager} had no tool to delegate with, and got ${gave}.`
    return { group: presentGroup(view), ...(gave !== undefined && { warnings: [given] }) }
  },
})
