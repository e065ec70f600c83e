import { UserError } from '../../core/errors.ts'
import type { McpContext } from '../../service/context.ts'
import type { FoundResource } from './watch.ts'

/**
 * A client that is given one agent may watch what is of that agent, even before it exists, and nothing else: what is of
 * others and what does not exist is refused alike. Throws UserError `not_found`.
 */
export async function refuseForeign(
  { resource, variables }: FoundResource,
  context: McpContext,
): Promise<void> {
  const { pinnedTo } = context
  if (pinnedTo === undefined || Object.keys(variables).length === 0) return
  // Runs and passages don't say whose they are; the context knows.
  if (variables.agent_id === undefined) await resource.read(variables, context)
  else if (variables.agent_id !== pinnedTo) {
    throw new UserError(
      'not_found',
      `This server serves one agent only. Subscribe to what is under recollect://agents/${pinnedTo}.`,
    )
  }
}
