import type { Agent } from '../../core/agent.ts'
import { fillTemplate } from '../../core/fill-template.ts'
import { type Group, groupOfConversation } from '../../core/group.ts'
import type { ConversationId } from '../../core/ids.ts'
import { excerpt } from '../../core/text.ts'
import { PROMPTS } from '../../generated/prompts.ts'
import type { Reads } from '../../storage/port/store.ts'

/** Characters of a member's description. Chosen by hand. */
const DESCRIPTION_CHARACTERS = 200

/** Tells the manager of a group for whom it works; undefined: the conversation is of no group. */
export async function groupNote(
  { agents, groups }: Pick<Reads, 'agents' | 'groups'>,
  conversation: ConversationId,
): Promise<string | undefined> {
  const group = await groups.get(groupOfConversation(conversation))
  if (!group) return undefined
  const members: Agent[] = []
  for (const id of group.memberIds) {
    const member = await agents.get(id)
    if (member) members.push(member)
  }
  return render(group, members)
}

function render({ name, maxTurns }: Group, members: readonly Agent[]): string {
  const lines = members.map(({ id, name: own, description }) => {
    const about = excerpt(description, DESCRIPTION_CHARACTERS)
    return about === '' ? `- ${own} (${id})` : `- ${own} (${id}): ${about}`
  })
  const values = { NAME: name, MEMBERS: lines.join('\n'), MAX_TURNS: String(maxTurns) }
  return fillTemplate(PROMPTS.group.trim(), values)
}
