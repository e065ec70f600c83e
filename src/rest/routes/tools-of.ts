import type { Agent } from '../../core/agent.ts'
import { UserError } from '../../core/errors.ts'
import type { McpContext } from '../../service/context.ts'
import { type PresentedTool, presentBuiltIn } from '../present/tool.ts'

export async function allTools({ agents }: McpContext): Promise<readonly PresentedTool[]> {
  return agents.databaseTools().map(presentBuiltIn)
}

export async function toolsOf(
  context: McpContext,
  { tools }: Agent,
): Promise<readonly PresentedTool[]> {
  const known = await allTools(context)
  return tools.flatMap((name) => known.find((tool) => tool.name === name) ?? [])
}

/** The tool with that id. Throws a UserError if there is none. */
export async function findTool(context: McpContext, id: string): Promise<PresentedTool> {
  const found = (await allTools(context)).find((tool) => tool.id === id)
  if (found) return found
  throw new UserError('not_found', `There is no tool ${id}. GET /v1/tools/ lists those that exist.`)
}
