import type { Agent } from '../../core/agent.ts'
import { UserError } from '../../core/errors.ts'
import { BUILT_IN_TOOLS, isBuiltInTool, isDatabaseTool } from '../../core/tool.ts'
import type { WholeTool } from '../../core/tool-view.ts'
import type { McpContext } from '../../service/context.ts'
import { type PresentedTool, presentBuiltIn, presentTool } from '../present/tool.ts'
import { builtInToolId } from '../present/tool-id.ts'

const PAGE = 100
/** Tools that a list shows at most, with the built-in ones; chosen by hand. */
const MAX_LISTED = 10_000

const BUILT_IN_IDS = new Map(BUILT_IN_TOOLS.map((name) => [builtInToolId(name), name]))

export async function allTools(context: McpContext): Promise<readonly PresentedTool[]> {
  return (await walk(context)).map(presentTool)
}

export async function toolsOf(
  context: McpContext,
  { id, tools }: Agent,
): Promise<readonly PresentedTool[]> {
  const known = new Map(
    context.agents.databaseTools().map((tool) => [tool.name, presentBuiltIn(tool)]),
  )
  if (!tools.every(isDatabaseTool)) {
    for (const tool of await walk(context, id)) known.set(tool.name, presentTool(tool))
  }
  return tools.flatMap((name) => known.get(name) ?? (isBuiltInTool(name) ? missing(name) : []))
}

/** The tool with that id. Throws a UserError if there is none. */
export async function findTool(context: McpContext, id: string): Promise<PresentedTool> {
  const name = BUILT_IN_IDS.get(id)
  if (name === undefined) return presentTool(await context.tools.get(id))
  const known = context.agents.databaseTools().find((tool) => tool.name === name)
  if (known) return presentBuiltIn(known)
  try {
    return presentTool(await context.tools.get(name))
  } catch (error) {
    if (error instanceof UserError && error.code === 'not_found') return missing(name)
    throw error
  }
}

/** An agent may have a built-in tool that this server can't run, so that it comes back as it was given. */
function missing(name: string): PresentedTool {
  const description = 'This server can not run it; a call of it fails.'
  return presentBuiltIn({ name, description, parameters: { type: 'object', properties: {} } })
}

async function walk({ tools }: McpContext, agent?: string): Promise<readonly WholeTool[]> {
  const found: WholeTool[] = []
  let cursor: string | undefined
  do {
    const page = await tools.list({ agent, limit: PAGE, cursor })
    found.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined && found.length < MAX_LISTED)
  return found
}
