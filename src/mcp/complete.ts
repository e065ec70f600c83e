import type { Agent } from '../core/agent.ts'
import { isId } from '../core/ids.ts'
import { isLonger, LIMITS } from '../core/limits.ts'
import { cleanText } from '../core/text.ts'
import type { McpContext } from '../service/context.ts'
import type { Variables } from './resources/define-resource.ts'

/** Maximum number of completion values, from the MCP specification. */
const MAX_VALUES = 100
/** Pages of agents searched for one completion; chosen by hand. */
const PAGES = 10
/** Number of agents whose newest passages and runs are offered; chosen by hand. */
const RECENT_AGENTS = 10

/** Completes a variable of a resource template or an argument of a prompt. */
export async function complete(
  variable: string,
  typed: string,
  known: Variables,
  context: McpContext,
): Promise<readonly string[]> {
  // No value is so long, so none begins with it.
  if (isLonger(typed, LIMITS.reference)) return []
  const cleanKnown = Object.fromEntries(
    Object.entries(known).map(([name, value]) => [name, cleanText(value)]),
  )
  const values = await valuesOf(variable, cleanText(typed), cleanKnown, context)
  return [...new Set(values)].slice(0, MAX_VALUES)
}

async function valuesOf(
  variable: string,
  typed: string,
  known: Variables,
  context: McpContext,
): Promise<readonly string[]> {
  switch (variable) {
    case 'agent_id':
      return (await agentsLike(typed, context)).map((agent) => agent.id)
    case 'agent':
      return namesOf(await agentsLike(typed, context))
    case 'label':
      return startingWith(typed, await labels(known.agent_id, context))
    case 'passage_id':
      return startingWith(typed, await recent(context, passageIds))
    case 'run_id':
      return startingWith(typed, await recent(context, runIds))
    case 'tool_id':
      return startingWith(typed, await toolIds(context))
    case 'group_id': {
      if (context.pinnedTo !== undefined) return []
      const { items } = await context.groups.list({ limit: MAX_VALUES })
      return startingWith(
        typed,
        items.map(({ group }) => group.id),
      )
    }
    case 'job_id': {
      const { items } = await context.jobs.list({ limit: MAX_VALUES })
      return startingWith(
        typed,
        items.map(({ id }) => id),
      )
    }
    default:
      return []
  }
}

/** Agents whose id or name begins with the typed text. */
async function agentsLike(typed: string, context: McpContext): Promise<readonly Agent[]> {
  const wanted = typed.toLowerCase()
  // `query` does not search ids.
  const query = typed === '' || typed.startsWith('agent-') ? undefined : typed
  const found: Agent[] = []
  let cursor: string | undefined
  for (let count = 0; count < PAGES && found.length < MAX_VALUES; count += 1) {
    const page = await context.agents.list({ query, limit: MAX_VALUES, cursor })
    found.push(
      ...page.items.filter(
        ({ id, name }) => id.startsWith(wanted) || name.toLowerCase().startsWith(wanted),
      ),
    )
    cursor = page.nextCursor
    if (cursor === undefined) break
  }
  return found
}

/** Agents by name where the name is unique, otherwise by id. */
function namesOf(agents: readonly Agent[]): readonly string[] {
  const names = agents.map(({ name }) => name)
  return agents.map(({ id, name }) => (names.indexOf(name) === names.lastIndexOf(name) ? name : id))
}

async function labels(
  agentId: string | undefined,
  context: McpContext,
): Promise<readonly string[]> {
  if (agentId === undefined || !isId('agent', agentId)) return []
  return (await context.memory.read(agentId)).blocks.map(({ block }) => block.label)
}

async function recent(
  context: McpContext,
  idsOf: (agentId: string, context: McpContext) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const { items } = await context.agents.list({ limit: RECENT_AGENTS })
  return (await Promise.all(items.map(({ id }) => idsOf(id, context)))).flat()
}

async function passageIds(agentId: string, context: McpContext): Promise<readonly string[]> {
  const { items } = await context.archival.search(agentId, { limit: MAX_VALUES })
  return items.map(({ item }) => item.id)
}

async function runIds(agentId: string, context: McpContext): Promise<readonly string[]> {
  const messages = await context.recall.list(agentId, MAX_VALUES)
  return messages.flatMap(({ runId }) => (runId === null ? [] : [runId])).reverse()
}

async function toolIds(context: McpContext): Promise<readonly string[]> {
  const { items } = await context.tools.list({ limit: MAX_VALUES })
  return items.map(({ id }) => id)
}

function startingWith(typed: string, values: readonly string[]): readonly string[] {
  return values.filter((value) => value.startsWith(typed))
}
