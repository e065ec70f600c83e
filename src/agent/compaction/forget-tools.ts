import type { Agent } from '../../core/agent.ts'
import type { Message } from '../../core/message.ts'
import { FIND_TOOLS } from '../../core/tool.ts'
import type { Transaction } from '../../storage/port/store.ts'

/**
 * Takes the tools from the agent's list that it found, and that the messages in its context neither call nor found; it can
 * find them again. At a compaction, since the provider's cache of the list is lost then anyway.
 */
export async function forgetUnusedTools(
  tx: Transaction,
  { id }: Pick<Agent, 'id'>,
  kept: readonly Message[],
): Promise<void> {
  const found = (await tx.tools.ofAgent(id)).filter(({ loaded }) => loaded > 0)
  const used = found.filter(({ tool }) => kept.some((message) => names(message, tool.name)))
  if (used.length === found.length) return
  const ids = used.toSorted((a, b) => a.loaded - b.loaded).map(({ tool }) => tool.id)
  await tx.tools.setLoaded(id, ids)
}

function names(message: Message, tool: string): boolean {
  switch (message.role) {
    case 'assistant':
      return message.toolCalls.some(({ name }) => name === tool)
    case 'tool':
      return message.toolName === FIND_TOOLS && message.text.includes(`\n${tool}: `)
    default:
      return false
  }
}
