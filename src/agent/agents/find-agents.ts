import type { Agent } from '../../core/agent.ts'
import type { Page } from '../../core/page.ts'
import { normalText } from '../../core/text.ts'
import { findAgent } from '../../memory/find-agent.ts'
import type { AgentFilter, Store } from '../../storage/port/store.ts'

/** Agents as they are stored, which needs nothing of what runs them. */
export function createAgentSearch(store: Store) {
  return {
    async list(filter: AgentFilter): Promise<Page<Agent>> {
      return store.agents.list({
        ...filter,
        query: filter.query === undefined ? undefined : normalText(filter.query),
        tags: filter.tags?.map(normalText),
      })
    },

    async find(reference: string): Promise<Agent> {
      return findAgent(store.agents, reference)
    },
  }
}
