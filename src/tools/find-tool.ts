import { UserError } from '../core/errors.ts'
import { readId } from '../core/ids.ts'
import type { StoredTool } from '../core/stored-tool.ts'
import type { ToolReads } from '../storage/port/store.ts'

/** Resolves a reference to a stored tool: an id or an exact name. Throws UserError. */
export async function findTool(
  tools: Pick<ToolReads, 'get' | 'named'>,
  reference: string,
): Promise<StoredTool> {
  const id = readId('tool', reference)
  const found = (id && (await tools.get(id))) ?? (await tools.named([reference]))[0]
  // The row is read again by its id, since only that read locks it in a transaction.
  const tool = found && (await tools.get(found.id))
  if (tool) return tool
  throw new UserError(
    'not_found',
    `There is no tool "${reference}" (names are case-sensitive). Call list_tools to see those that exist, or create_tool.`,
  )
}
