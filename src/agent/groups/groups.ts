import type { Agent } from '../../core/agent.ts'
import { type Clock, toTimestamp } from '../../core/clock.ts'
import { UserError } from '../../core/errors.ts'
import {
  DEFAULT_GROUP_TURNS,
  DELEGATING_TOOLS,
  type Group,
  type GroupView,
  groupConversation,
  groupConversationOf,
  MAX_GROUP_MEMBERS,
} from '../../core/group.ts'
import { type AgentId, type GroupId, newId, readId } from '../../core/ids.ts'
import type { Page, PageRequest } from '../../core/page.ts'
import { cleanText } from '../../core/text.ts'
import { findAgent } from '../../memory/find-agent.ts'
import type { Reads, Store, Transaction } from '../../storage/port/store.ts'
import { TEMPLATE_TAG } from '../inbox/template-tag.ts'

export interface NewGroup {
  readonly name: string
  readonly manager: string
  readonly members: readonly string[]
  readonly maxTurns?: number | undefined
}

/** Groups of agents as data: a message to a group is one to its manager, in a conversation of the group's own. */
export function createGroups(store: Store, clock: Clock) {
  async function find(reads: Pick<Reads, 'groups'>, reference: string): Promise<Group> {
    const id = readId('group', reference)
    const group = id && (await reads.groups.get(id))
    if (group) return group
    throw new UserError(
      'not_found',
      `There is no group ${JSON.stringify(reference)}. list_groups shows those that there are.`,
    )
  }

  return {
    /** Gives the manager a tool to delegate with, if it has none; `gave` names it. */
    async create(given: NewGroup): Promise<GroupView & { readonly gave?: string }> {
      const [at, id] = [toTimestamp(clock()), newId('group')]
      return store.transaction(async (tx) => {
        const manager = await findAgent(tx.agents, given.manager)
        const members = await findMembers(tx, manager, given.members)
        const name = cleanText(given.name).trim()
        const { maxTurns = DEFAULT_GROUP_TURNS } = given
        const memberIds = members.map((member) => member.id)
        const group = { id, name, managerId: manager.id, memberIds, maxTurns, createdAt: at }
        await tx.groups.insert(group)
        await tx.conversations.insert(groupConversationOf(group))
        const [tool] = DELEGATING_TOOLS
        const can = DELEGATING_TOOLS.some((known) => manager.tools.includes(known))
        if (!can) await tx.agents.update(manager.id, { tools: [...manager.tools, tool] }, at)
        return { ...(await viewGroup(tx, group)), ...(!can && { gave: tool }) }
      })
    },

    get: async (reference: string): Promise<GroupView> =>
      viewGroup(store, await find(store, reference)),

    async list({
      agent,
      ...page
    }: PageRequest & { readonly agent?: string | undefined }): Promise<Page<GroupView>> {
      const agentId = agent === undefined ? undefined : (await findAgent(store.agents, agent)).id
      const found = await store.groups.list({ ...page, agentId })
      return { ...found, items: await viewGroups(store, found.items) }
    },

    /** Deletes the group with its conversation; the agents stay. */
    async delete(reference: string): Promise<GroupId> {
      const at = toTimestamp(clock())
      return store.transaction(async (tx) => {
        const { id, name } = await find(tx, reference)
        const conversation = groupConversation(id)
        if (await tx.runs.isAtWork(conversation)) {
          throw new UserError(
            'busy',
            `The group ${name} is at work. Wait for its run to end, or cancel it, and delete again.`,
          )
        }
        await tx.conversations.delete(conversation, at)
        await tx.groups.delete(id, at)
        return id
      })
    },
  }
}

async function findMembers(
  tx: Transaction,
  manager: Agent,
  references: readonly string[],
): Promise<readonly Agent[]> {
  const found = new Map<AgentId, Agent>()
  for (const reference of references) {
    const member = await findAgent(tx.agents, reference)
    if (member.id === manager.id) {
      throw new UserError(
        'invalid_argument',
        `${manager.name} can't be manager and member; nothing was created. Leave it out of members.`,
      )
    }
    if (member.tags.includes(TEMPLATE_TAG)) {
      throw new UserError(
        'invalid_argument',
        `${member.name} is a template, which is copied and not messaged; nothing was created. Take a copy of it (copy_agent).`,
      )
    }
    found.set(member.id, member)
  }
  if (found.size === 0 || found.size > MAX_GROUP_MEMBERS) {
    throw new UserError(
      'invalid_argument',
      `A group has 1 to ${MAX_GROUP_MEMBERS} members besides its manager, and ${found.size} were given; nothing was created.`,
    )
  }
  return [...found.values()]
}

/** The groups with the names of their agents, read at once. */
async function viewGroups(
  { agents }: Pick<Reads, 'agents'>,
  groups: readonly Group[],
): Promise<readonly GroupView[]> {
  const ids = groups.flatMap(({ managerId, memberIds }) => [managerId, ...memberIds])
  const names = await agents.namesOf([...new Set(ids)])
  const nameOf = (id: AgentId) => names.get(id) ?? id
  return groups.map((group) => ({
    group,
    manager: nameOf(group.managerId),
    members: group.memberIds.map((id) => ({ id, name: nameOf(id) })),
  }))
}

async function viewGroup(reads: Pick<Reads, 'agents'>, group: Group): Promise<GroupView> {
  const [view] = await viewGroups(reads, [group])
  if (!view) throw new Error('a group has a view')
  return view
}
