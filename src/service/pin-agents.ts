import type { Agent } from '../core/agent.ts'
import type { AgentView } from '../core/agent-view.ts'
import { UserError } from '../core/errors.ts'
import type { AgentId } from '../core/ids.ts'
import type { Page } from '../core/page.ts'
import type { AgentsPort } from './context.ts'
import { type Own, refused } from './pinned.ts'

export function pinAgents(agents: AgentsPort, id: AgentId, own: Own): AgentsPort {
  return {
    create: refused,
    async list({ query = '', tags = [] }): Promise<Page<Agent>> {
      const agent = await agents.find(id)
      const isMeant = mentions(agent, query) && tags.every((tag) => agent.tags.includes(tag))
      return { items: isMeant ? [agent] : [] }
    },
    async walk({ after, before, name, query = '', tags = [], matchAllTags = false }) {
      const view = withoutCompanion(await agents.get(id))
      const { agent } = view
      const has = (tag: string) => agent.tags.includes(tag)
      const isMeant =
        after === undefined &&
        before === undefined &&
        (name ?? agent.name) === agent.name &&
        mentions(agent, query) &&
        (tags.length === 0 || (matchAllTags ? tags.every(has) : tags.some(has)))
      return isMeant ? [view] : []
    },
    count: async () => 1,
    async tags() {
      return (await agents.find(id)).tags
    },
    databaseTools: agents.databaseTools,
    defaultTools: agents.defaultTools,
    find: async (agent) => agents.find(own(agent)),
    askAside: async (agent, ...rest) => agents.askAside(own(agent), ...rest),
    get: async (agent) => withoutCompanion(await agents.get(own(agent))),
    update: async (agent, ...rest) => withoutCompanion(await agents.update(own(agent), ...rest)),
    delete: async (agent) => agents.delete(own(agent)),
    copy: refused,
    inspect: async (agent, ...rest) => agents.inspect(own(agent), ...rest),
    messagesToEmbed: async (agent) => agents.messagesToEmbed(own(agent)),
    configure: async (agent, settings) => agents.configure(own(agent), settings),
    compact: async (agent, signal) => agents.compact(own(agent), signal),
    resetMessages: async (agent) => agents.resetMessages(own(agent)),
    attachBlock: refused,
    async detachBlock(agent, blockId) {
      const { blocks } = await agents.get(own(agent))
      if (blocks.some((block) => block.id === blockId))
        return withoutCompanion(await agents.detachBlock(id, blockId))
      throw new UserError(
        'not_found',
        `The agent does not have the block ${JSON.stringify(blockId)}; nothing was changed. read_memory shows those that it has.`,
      )
    },
  }
}

/** Does not name the sleep-time agent. */
function withoutCompanion({ sleeptime, ...view }: AgentView): AgentView {
  return sleeptime ? { ...view, sleeptime: { ...sleeptime, agentId: undefined } } : view
}

function mentions({ name, description }: Agent, query: string): boolean {
  return `${name}\n${description}`.toLowerCase().includes(query.toLowerCase())
}
