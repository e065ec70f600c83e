import { UserError } from '../../core/errors.ts'
import type { McpContext } from '../../service/context.ts'
import type { FoundResource } from './watch.ts'

/**
 * A client that is limited to one agent may watch only that agent's resources, even before they exist. Throws the same
 * UserError `not_found` for resources of others and for those that do not exist.
 */
export async function refuseForeign(
  { resource, variables }: FoundResource,
  context: McpContext,
): Promise<void> {
  const { pinnedTo } = context
  if (pinnedTo === undefined || Object.keys(variables).length === 0) return
  // URIs of runs and passages do not name an agent; the context checks the owner.
  if (variables.agent_id === undefined) await resource.read(variables, context)
  else if (variables.agent_id !== pinnedTo) {
    throw new UserError(
      'not_found',
      `This server serves one agent only. Subscribe to what is under recollect://agents/${pinnedTo}.`,
    )
  }
}
