import type { Tool } from './call/define-tool.ts'
import { isOffered } from './list-tools.ts'
import { forOneAgent, type Offer } from './offer.ts'

/**
 * The tools that most sessions use can be loaded alone: defining all of them takes longer than a first answer should. A
 * tool that is missing here is loaded with the others.
 */
const ALONE: Readonly<Record<string, () => Promise<Tool>>> = {
  append_to_memory_block: async () =>
    (await import('./tools/append-to-memory-block.ts')).appendToMemoryBlock,
  create_agent: async () => (await import('./tools/create-agent.ts')).createAgent,
  get_agent: async () => (await import('./tools/get-agent.ts')).getAgent,
  get_run: async () => (await import('./tools/get-run.ts')).getRun,
  insert_archival: async () => (await import('./tools/insert-archival.ts')).insertArchival,
  list_agents: async () => (await import('./tools/list-agents.ts')).listAgents,
  read_memory: async () => (await import('./tools/read-memory.ts')).readMemory,
  replace_in_memory_block: async () =>
    (await import('./tools/replace-in-memory-block.ts')).replaceInMemoryBlock,
  search_archival: async () => (await import('./tools/search-archival.ts')).searchArchival,
  search_conversation: async () =>
    (await import('./tools/search-conversation.ts')).searchConversation,
  send_message: async () => (await import('./tools/send-message.ts')).sendMessage,
  write_memory_block: async () => (await import('./tools/write-memory-block.ts')).writeMemoryBlock,
}

/** The tool of that name as this offer has it; undefined: it has none. */
export async function loadTool(offer: Offer, name: string): Promise<Tool | undefined> {
  if (!isOffered(offer, name)) return undefined
  const tool = await load(name)
  return tool && offer.agent !== undefined ? forOneAgent(tool) : tool
}

async function load(name: string): Promise<Tool | undefined> {
  const alone = Object.hasOwn(ALONE, name) ? ALONE[name] : undefined
  if (alone) return alone()
  const { TOOLSETS } = await import('./tools/index.ts')
  return Object.values(TOOLSETS)
    .flat()
    .find((tool) => tool.name === name)
}
