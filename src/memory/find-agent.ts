import type { Agent } from '../core/agent.ts'
import { UserError } from '../core/errors.ts'
import { isId, readId } from '../core/ids.ts'
import { normalText } from '../core/text.ts'
import type { AgentReads } from '../storage/port/store.ts'

/** Resolves an agent reference: an id, or a name that only one agent has. Throws UserError. */
export async function findAgent(agents: AgentReads, reference: string): Promise<Agent> {
  const id = readId('agent', reference)
  const withId = id && (await agents.get(id))
  if (withId) return withId
  if (isId('agent', reference)) {
    throw new UserError(
      'not_found',
      `No agent has the id ${reference}. Call list_agents to see those that exist.`,
    )
  }
  const [agent, ...others] = await agents.named(normalText(reference), 6)
  if (!agent) {
    throw new UserError(
      'not_found',
      `No agent is named "${reference}" (names are case-sensitive). Call list_agents to see those that exist, or create_agent.`,
    )
  }
  if (others.length > 0) {
    const ids = [agent, ...others].map(({ id }) => id).join(', ')
    throw new UserError(
      'invalid_argument',
      `More than one agent is named "${reference}": ${ids}. Give the id of the one you mean.`,
    )
  }
  return agent
}
