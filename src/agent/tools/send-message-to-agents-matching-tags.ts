import { z } from 'zod'
import type { Agent } from '../../core/agent.ts'
import { defaultConversation } from '../../core/conversation.ts'
import { UserError } from '../../core/errors.ts'
import type { RunId } from '../../core/ids.ts'
import { text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import type { Transaction } from '../../storage/port/store.ts'
import { MAX_RUNS } from '../../teams/origin.ts'
import { checkMessage } from '../inbox/check-message.ts'
import { TEMPLATE_TAG } from '../inbox/template-tag.ts'
import { beginRun, callingRun, checkCircle, checkRoomInTree } from './begin-run.ts'
import { defineInnerTool } from './define-inner-tool.ts'

const tags = z.array(text(LIMITS.tag)).max(LIMITS.tags).default([])
/** Agents per read. Chosen by hand. */
const PAGE = 100

export const sendMessageToAgentsMatchingTags = defineInnerTool({
  name: 'send_message_to_agents_matching_tags',
  effect: 'await',
  parameters: { message: text(LIMITS.message), match_all: tags, match_some: tags },
  async begin({ message, match_all, match_some }, context, tx, at) {
    const words = checkMessage(message)
    if (match_all.length + match_some.length === 0) {
      throw new UserError(
        'invalid_argument',
        'Nothing was sent: give the tags of the agents in match_all or match_some.',
      )
    }
    const parent = await callingRun(tx, context)
    const agents = await matching(tx, match_all, match_some, parent.agentId)
    if (agents.length === 0) return { text: 'Nothing was sent: no other agent has these tags.' }
    await checkRoomInTree(tx, parent, agents.length)
    const targets: RunId[] = []
    const failed: object[] = []
    for (const agent of agents) {
      const target = { agent, conversation: defaultConversation(agent.id) }
      try {
        await checkCircle(tx, parent, target)
        const run = await beginRun(tx, context, parent, { target, text: words, begun: 'wait' }, at)
        targets.push(run.id)
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        failed.push({ agent: agent.name, agent_id: agent.id, error: error.message })
      }
    }
    const note = JSON.stringify({ sent: targets.length, failed })
    return targets.length === 0 ? { text: note } : { targets, note }
  },
})

/** Oldest first; without `self` and without templates. */
async function matching(
  tx: Transaction,
  all: readonly string[],
  some: readonly string[],
  self: string,
): Promise<readonly Agent[]> {
  const found: Agent[] = []
  let cursor: string | undefined
  do {
    const page = await tx.agents.list({ tags: all, limit: PAGE, cursor })
    found.push(
      ...page.items.filter(
        ({ id, tags: own }) =>
          id !== self &&
          !own.includes(TEMPLATE_TAG) &&
          (some.length === 0 || some.some((tag) => own.includes(tag))),
      ),
    )
    cursor = found.length > MAX_RUNS ? undefined : page.nextCursor
  } while (cursor !== undefined)
  return found.reverse()
}
