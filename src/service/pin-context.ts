import type { Agent } from '../core/agent.ts'
import type { AgentView } from '../core/agent-view.ts'
import type { ArchiveView } from '../core/archive.ts'
import type { SharedBlock, VersionHead } from '../core/block.ts'
import { NoRoomError, UserError } from '../core/errors.ts'
import type { Change } from '../core/event.ts'
import type { AgentId } from '../core/ids.ts'
import type { Message } from '../core/message.ts'
import type { Page } from '../core/page.ts'
import { type Run, type RunView, rootOrigin } from '../core/run.ts'
import type { AgentsPort, ConversationsPort, McpContext, RunsPort } from './context.ts'

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
  const { memory, archives, archival, recall } = context
  const alone = ({ block }: SharedBlock): SharedBlock => ({ block, sharedWith: [] })
  const edited = async (edit: Promise<SharedBlock>): Promise<SharedBlock> => {
    try {
      return alone(await edit)
    } catch (error) {
      if (!(error instanceof NoRoomError) || error.agentId === id) throw error
      // Another agent that shares the block has no room for it in its context.
      throw new UserError(
        'limit_exceeded',
        'The block must not become that long; nothing was changed. Make it shorter.',
      )
    }
  }
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
    companions: { configureSleeptime: refused, tidy: refused, digest: refused },
    load: { begin: (load) => context.load.begin({ ...load, agent: own(load.agent) }) },
    memory: {
      async read(agent, label) {
        const { agentId, blocks } = await memory.read(own(agent), label)
        return { agentId, blocks: blocks.map(alone) }
      },
      write: async (agent, ...rest) => edited(memory.write(own(agent), ...rest)),
      replace: async (agent, ...rest) => edited(memory.replace(own(agent), ...rest)),
      append: async (agent, ...rest) => edited(memory.append(own(agent), ...rest)),
      list: refused,
      create: refused,
      walk: refused,
      get: refused,
      update: refused,
      remove: refused,
      async history(agent, ...rest) {
        const page = await memory.history(own(agent), ...rest)
        return { ...page, items: page.items.map((head) => withoutOthers(head, id)) }
      },
      diff: async (agent, ...rest) => memory.diff(own(agent), ...rest),
      restore: async (agent, ...rest) => edited(memory.restore(own(agent), ...rest)),
      asOf: async (agent, ...rest) => memory.asOf(own(agent), ...rest),
    },
    archives: {
      async list(filter) {
        const page = await archives.list({ ...filter, agent: id })
        return { ...page, items: page.items.map((view) => heldBy(view, id)) }
      },
      create: async (archive) => heldBy(await archives.create({ ...archive, agent: id }), id),
      attach: refused,
      detach: async (agent, archiveId) => heldBy(await archives.detach(own(agent), archiveId), id),
      async walk(walk) {
        const views = await archives.walk({ ...walk, agent: id })
        return views.map((view) => heldBy(view, id))
      },
      get: refused,
      update: refused,
      remove: refused,
      async passages(walk) {
        if ('archiveId' in walk.of) return refused()
        return archives.passages({ ...walk, of: { agent: own(walk.of.agent) } })
      },
      insert: refused,
      removePassage: refused,
    },
    archival: {
      insert: async (agent, ...rest) => archival.insert(own(agent), ...rest),
      search: async (agent, filter) => archival.search(own(agent), filter),
      around: async (agent, ...rest) => archival.around(own(agent), ...rest),
      delete: async (agent, passageId) => archival.delete(own(agent), passageId),
      get: (passageId) => archival.get(passageId, id),
    },
    recall: {
      async search(agent, filter) {
        const page = await recall.search(own(agent), filter)
        const items = page.items.map((hit) => ({ ...hit, item: withoutSender(hit.item) }))
        return { ...page, items }
      },
      async around(agent, ...rest) {
        return (await recall.around(own(agent), ...rest)).map(withoutSender)
      },
      async list(agent, limit) {
        return (await recall.list(own(agent), limit)).map(withoutSender)
      },
      async walk(walk) {
        if (walk.conversation !== undefined) await context.conversations.get(walk.conversation, id)
        return (await recall.walk({ ...walk, agent: own(walk.agent ?? id) })).map(withoutSender)
      },
      async get(messageId) {
        const message = await recall.get(messageId)
        if (message.agentId === id) return withoutSender(message)
        throw new UserError('not_found', `There is no message ${messageId}.`)
      },
    },
    tools: {
      list: async (query) => context.tools.list({ ...query, agent: id }),
      get: refused,
      check: refused,
      create: refused,
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
      `This server is set to serve one agent only. ${error.message} Whoever set it up gives another in RECOLLECT_AGENT or in the address.`,
    )
  }
}

type Own = (given: string) => AgentId

function pinAgents(agents: AgentsPort, id: AgentId, own: Own): AgentsPort {
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

function pinConversations(
  conversations: ConversationsPort,
  id: AgentId,
  own: Own,
): ConversationsPort {
  /** One of another agent gives the same `not_found` as one that does not exist. */
  const check = (conversation: string) => conversations.get(conversation, id)
  return {
    create: async (agent, title) => conversations.create(own(agent), title),
    list: async (agent, page) => conversations.list(own(agent), page),
    get: check,
    async walk(walk) {
      return conversations.walk({ ...walk, agent: own(walk.agent ?? id) })
    },
    async fork(conversation) {
      await check(conversation)
      return conversations.fork(conversation)
    },
    named: async (agent, key) => conversations.named(own(agent), key),
    ofTranscript: async (agent, fingerprint) => conversations.ofTranscript(own(agent), fingerprint),
    async noteTranscript(conversation, fingerprint) {
      await check(conversation)
      await conversations.noteTranscript(conversation, fingerprint)
    },
    async rename(conversation, title) {
      await check(conversation)
      return conversations.rename(conversation, title)
    },
    async delete(conversation) {
      await check(conversation)
      await conversations.delete(conversation)
    },
    async messages(conversation, page) {
      await check(conversation)
      return (await conversations.messages(conversation, page)).map(withoutSender)
    },
  }
}

function pinRuns(runs: RunsPort, id: AgentId, own: Own): RunsPort {
  /** A run of another agent gives the same `not_found` as a run that does not exist. */
  const check = (runId: string) => runs.get(runId, id)
  const ownStep = async (stepId: string) => {
    const step = await runs.step(stepId)
    if (step.agentId === id) return step
    throw new UserError('not_found', `There is no step ${stepId}.`)
  }
  return {
    send: async (message) => alone(await runs.send({ ...message, agent: own(message.agent) })),
    broadcast: refused,
    async askClient(runId, takes) {
      await check(runId)
      return runs.askClient(runId, takes)
    },
    async answerClient(runId, ...rest) {
      await check(runId)
      const { view, ...others } = await runs.answerClient(runId, ...rest)
      return { view: alone(view), ...others }
    },
    get: async (runId) => alone(await check(runId)),
    async list(filter) {
      const page = await runs.list({ ...filter, agent: id })
      return { ...page, items: page.items.map(withoutTree) }
    },
    async walk(walk) {
      if (walk.agent !== undefined) own(walk.agent)
      return (await runs.walk({ ...walk, agent: id })).map(withoutTree)
    },
    async steps(walk) {
      if (walk.agent !== undefined) own(walk.agent)
      if (walk.runId !== undefined) await check(walk.runId)
      return runs.steps({ ...walk, agent: id })
    },
    step: ownStep,
    async rateStep(stepId, feedback) {
      await ownStep(stepId)
      return runs.rateStep(stepId, feedback)
    },
    async wait(runId, milliseconds, signal) {
      await check(runId)
      return alone(await runs.wait(runId, milliseconds, signal))
    },
    async cancel(runId) {
      await check(runId)
      return alone(await runs.cancel(runId))
    },
    async respond(runId, answer) {
      await check(runId)
      return alone(await runs.respond(runId, answer))
    },
    async messages(runId) {
      await check(runId)
      return (await runs.messages(runId)).map(withoutSender)
    },
    async timeline(runId) {
      await check(runId)
      return runs.timeline(runId)
    },
    // Subscribing is synchronous, so each event is checked instead of the run.
    onProgress: (runId, listener) =>
      runs.onProgress(runId, (event) => {
        if (event.agentId === id) listener(event)
      }),
  }
}

/** Hides the runs of other agents that began the run or that it waits for. */
function alone({ run, pendingApprovals, ...view }: RunView): RunView {
  const own = pendingApprovals.filter((call) => call.runId === run.id)
  return { ...view, run: withoutTree(run), pendingApprovals: own }
}

function withoutTree(run: Run): Run {
  return { ...run, ...rootOrigin(run.id), sender: run.sender }
}

function withoutSender(message: Message): Message {
  if (message.role !== 'system' || message.sender?.kind !== 'agent') return message
  return { ...message, sender: { ...message.sender, name: 'another agent' } }
}

/** In the history of a shared block, edits by other agents appear as edits by a client. */
function withoutOthers(head: VersionHead, id: AgentId): VersionHead {
  const isOthers = head.author.kind === 'agent' && head.author.agentId !== id
  return isOthers ? { ...head, author: { kind: 'client' } } : head
}

/** Hides the other agents that have the archive. */
function heldBy(view: ArchiveView, id: AgentId): ArchiveView {
  return { ...view, holders: view.holders.filter((holder) => holder.agentId === id) }
}

/** `concernedBy` decides for the other kinds of changes. */
function isOfAnother({ kind, subjectId }: Change, id: AgentId): boolean {
  return (kind === 'agent' || kind === 'messages') && subjectId !== id
}

/** For operations on all agents. */
async function refused(): Promise<never> {
  throw new UserError('unsupported', 'This server serves one agent only.')
}
