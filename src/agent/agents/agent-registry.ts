import type { AgentType } from '../../core/agent.ts'
import type { AgentView } from '../../core/agent-view.ts'
import { normalText } from '../../core/text.ts'
import { BUILT_IN_TOOLS } from '../../core/tool.ts'
import type { AgentWalk } from '../../core/walk.ts'
import type { Store } from '../../storage/port/store.ts'
import { databaseTools } from '../tools/database-tools.ts'
import { DEFAULT_TOOLS } from '../tools/default-tools.ts'
import { viewAgent } from './view-agent.ts'

/** Agents as a list that is walked by ids, and what they may have. */
export function createAgentRegistry(store: Store) {
  return {
    async walk(walk: AgentWalk): Promise<readonly AgentView[]> {
      const agents = await store.walks.agents({
        ...walk,
        name: walk.name === undefined ? undefined : normalText(walk.name),
        query: walk.query === undefined ? undefined : normalText(walk.query),
        tags: walk.tags?.map(normalText),
      })
      return Promise.all(agents.map((agent) => viewAgent(store, agent)))
    },

    count: () => store.walks.countAgents(),
    tags: () => store.walks.agentTags(),

    defaultTools: (type: AgentType) => DEFAULT_TOOLS[type],

    /** As a model sees them, without what an agent's type adds to each. */
    databaseTools: () =>
      databaseTools(BUILT_IN_TOOLS).map(({ name, description, parameters }) => ({
        name,
        description,
        parameters,
      })),
  }
}
