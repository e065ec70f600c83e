import type { Agent } from '../core/agent.ts'
import { UserError } from '../core/errors.ts'
import type { AgentId } from '../core/ids.ts'
import type { McpContext } from './context.ts'
import { pinAgents } from './pin-agents.ts'
import { pinConversations } from './pin-conversations.ts'
import { pinArchives, pinBlocks, pinRecall } from './pin-memory.ts'
import { pinRuns } from './pin-runs.ts'
import { isOfAnother, refused } from './pinned.ts'

/**
 * Limits a context to one agent: other agents are not listed, read or written, and it does not reveal whether they
 * exist. Every method is wrapped by name, so that a new method must state how it is limited. Throws a UserError if
 * `reference` matches no agent or several.
 */
export async function pinContext(context: McpContext, reference: string): Promise<McpContext> {
  const { id } = await findPinned(context, reference)
  /** Only resources pass a reference; tools pass the agent itself. */
  const own = (given: string): AgentId => {
    if (given === id || `agent-${given}` === id) return id
    throw new UserError(
      'not_found',
      `This server serves one agent only, ${id}, and not ${JSON.stringify(given)}.`,
    )
  }
  const { archival } = context
  return {
    namespace: context.namespace,
    pinnedTo: id,
    agents: pinAgents(context.agents, id, own),
    conversations: pinConversations(context.conversations, id, own),
    runs: pinRuns(context.runs, id, own),
    jobs: {
      get: (jobId) => context.jobs.get(jobId, id),
      list: (filter) => context.jobs.list({ ...filter, agent: id }),
      async cancel(jobId) {
        await context.jobs.get(jobId, id)
        return context.jobs.cancel(jobId)
      },
    },
    groups: { create: refused, get: refused, list: refused, delete: refused },
    schedules: { create: refused, get: refused, list: refused, delete: refused },
    syncs: { sync: refused },
    companions: { configureSleeptime: refused, tidy: refused, digest: refused },
    load: {
      begin: (load) => context.load.begin({ ...load, agent: own(load.agent) }),
      progress: context.load.progress,
    },
    folders: {
      walk: refused,
      create: refused,
      get: refused,
      update: refused,
      remove: refused,
      attach: refused,
      detach: refused,
      files: refused,
      file: refused,
      text: refused,
      upload: refused,
      removeFile: refused,
      filesOfAgent: async (agent) => context.folders.filesOfAgent(own(agent)),
    },
    memory: pinBlocks(context.memory, id, own),
    archives: pinArchives(context.archives, id, own),
    archival: {
      insert: async (agent, ...rest) => archival.insert(own(agent), ...rest),
      search: async (agent, filter) => archival.search(own(agent), filter),
      around: async (agent, ...rest) => archival.around(own(agent), ...rest),
      delete: async (agent, passageId) => archival.delete(own(agent), passageId),
      get: (passageId) => archival.get(passageId, id),
    },
    recall: pinRecall(context, id, own),
    tools: {
      list: async (query) => context.tools.list({ ...query, agent: id }),
      get: refused,
      check: refused,
      create: refused,
      upsert: refused,
      update: refused,
      delete: refused,
      history: refused,
      diff: refused,
      restore: refused,
      attach: refused,
      detach: refused,
      run: refused,
      servers: refused,
    },
    transfer: {
      export: async (agent, ...rest) => context.transfer.export(own(agent), ...rest),
      exportLetta: async (agent) => context.transfer.exportLetta(own(agent)),
      import: refused,
    },
    models: context.models,
    signingKey: context.signingKey,
    stats: refused,
    onChange: (listener) =>
      context.onChange((change) => {
        if (!isOfAnother(change, id)) listener(change)
      }),
    async concernedBy(change) {
      const concerned = await context.concernedBy(change)
      return concerned.agents.includes(id) ? { ...concerned, agents: [id] } : { agents: [] }
    },
  }
}

async function findPinned({ agents }: McpContext, reference: string): Promise<Agent> {
  try {
    return await agents.find(reference)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw new UserError(
      error.code,
      `This server is set to serve one agent only. ${error.message} Its operator can name another in RECOLLECT_AGENT or in the address.`,
    )
  }
}
