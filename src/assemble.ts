import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { createAgentBlocks } from './agent/agents/agent-blocks.ts'
import { createAgentRegistry } from './agent/agents/agent-registry.ts'
import { createAgentSettings } from './agent/agents/agent-settings.ts'
import { createAgents } from './agent/agents/agents.ts'
import { createAsides } from './agent/agents/ask-aside.ts'
import { createImportChecks } from './agent/agents/import-checks.ts'
import { createCheckRoom } from './agent/compaction/check-room.ts'
import { createConversationKeys } from './agent/conversations/conversation-keys.ts'
import { createConversations } from './agent/conversations/conversations.ts'
import { createGroups } from './agent/groups/groups.ts'
import { acceptMessage } from './agent/inbox/accept-message.ts'
import { checkMessage } from './agent/inbox/check-message.ts'
import { createWorker } from './agent/loop/worker.ts'
import { createLiveRuns, type LiveRuns } from './agent/runs/live-runs.ts'
import { createRuns } from './agent/runs/runs.ts'
import type { RunsOptions } from './agent/runs/runs-options.ts'
import { createRunWalks } from './agent/runs/walk-runs.ts'
import { databaseRegistry } from './agent/tools/database-tools.ts'
import type { ToolRegistry } from './agent/tools/tool-registry.ts'
import { assembleRegistry, assembleToolsPort, type ToolParts } from './assemble-tools.ts'
import { projectAgent } from './assistant/project-agent.ts'
import type { Config } from './config.ts'
import type { Agent } from './core/agent.ts'
import { DEFAULT_BLOCK_LIMIT } from './core/block.ts'
import { type Bus, createBus } from './core/bus.ts'
import { toTimestamp } from './core/clock.ts'
import { UserError } from './core/errors.ts'
import type { Change } from './core/event.ts'
import type { Job } from './core/job.ts'
import { keepKey } from './core/keep-key.ts'
import { LIMITS } from './core/limits.ts'
import { describeError, type Log } from './core/log.ts'
import { rootOrigin } from './core/run.ts'
import { withoutSecrets } from './core/safe-url.ts'
import { countCharacters, excerpt } from './core/text.ts'
import { openFetch } from './fetch/open-fetch.ts'
import { createJobWorker, type JobWorkerOptions } from './jobs/job-worker.ts'
import { createJobs } from './jobs/jobs.ts'
import { ownerName } from './leases/owner.ts'
import { readSampled } from './llm/client/read-sampled.ts'
import { toSampling } from './llm/client/to-sampling.ts'
import { countTokens } from './llm/count-tokens.ts'
import type { EmbedderRegistry } from './llm/embedder.ts'
import { storedLessons } from './llm/learned/learned.ts'
import type { ModelRegistry } from './llm/model.ts'
import { createEmbedderRegistry } from './llm/registry/embedder-registry.ts'
import type { KnownEndpoints } from './llm/registry/ollama-probe.ts'
import { createModelRegistry } from './llm/registry/registry.ts'
import { createArchivalMemory } from './memory/archival.ts'
import { createArchiveRegistry } from './memory/archive-registry.ts'
import { createArchives } from './memory/archives.ts'
import { createBlockHistory } from './memory/block-history.ts'
import { createBlockRegistry } from './memory/block-registry.ts'
import { createBlockMemory } from './memory/blocks.ts'
import { concernedBy } from './memory/concerned-by.ts'
import { createEmbedQuestion, type EmbedQuestion } from './memory/embed-question.ts'
import { createEmbedQueue } from './memory/embed-queue.ts'
import { findAgent } from './memory/find-agent.ts'
import { createRecallMemory } from './memory/recall.ts'
import type { Sandbox } from './sandbox/sandbox.ts'
import { createScheduler } from './schedules/scheduler.ts'
import { createSchedules } from './schedules/schedules.ts'
import type { McpContext, NewLoad, RunsPort, Stats, ToolsPort } from './service/context.ts'
import { pollChanges } from './storage/changes/poll-changes.ts'
import type { EmbedQuery, Storage, Store } from './storage/port/store.ts'
import type { ToolServers } from './tool-servers/tool-servers.ts'
import { createTransfer } from './transfer/transfer.ts'

/** Recollect over one opened database. */
export interface App {
  /** Context of the configured namespace. */
  readonly context: McpContext
  /** Context of another namespace. */
  contextOf(namespace: string): McpContext
  readonly storage: Storage
  /** Loads in this process, from any path. Resolves when the job has ended, or was released because `signal` fired. */
  load(load: NewLoad, onProgress: (job: Job) => void, signal: AbortSignal): Promise<Job>
  /** Stops taking work, releases runs for the next process, and closes the database. */
  close(): Promise<void>
}

/** Export and import of agents over an opened database, without workers. */
export function assembleTransfer(config: Config, storage: Storage) {
  const store = storage.in(config.namespace)
  return {
    ...createTransfer(store, createImportChecks(openModels(config, storage)), storage.clock),
    find: (reference: string) => findAgent(store.agents, reference),
  }
}

/** Creates the agent of a project, for its first session. */
export async function createProjectAgent(
  config: Config,
  storage: Storage,
  name: string,
): Promise<Agent> {
  const embedders = createEmbedderRegistry({
    settings: config.providers,
    limits: config.modelCalls,
  })
  const agents = createAgents(
    storage.in(config.namespace),
    databaseRegistry,
    openModels(config, storage),
    { check: embedders.check, fallback: config.embedding },
    storage.clock,
  )
  const { agent } = await agents.create(projectAgent(name))
  return agent
}

export type AgentFiles = ReturnType<typeof assembleTransfer>

/**
 * Timeout of one embedding batch. A batch takes up to a minute on a slow machine; after a timeout, batches get smaller.
 */
const EMBEDDING_MILLISECONDS = 120_000

/** Parts that all namespaces share. */
interface Parts {
  readonly config: Config
  readonly log: Log
  readonly storage: Storage
  /** Name of this process, for leases. */
  readonly owner: string
  readonly models: ModelRegistry
  readonly embedders: EmbedderRegistry
  readonly embedQuestion: EmbedQuestion
  readonly sandbox: ReturnType<typeof lazySandbox>
  readonly servers: ToolServers
  readonly namespace: (name: string) => Namespace
  readonly changes: Bus<Change>
  readonly live: LiveRuns
  /** Key that seals cursors. */
  readonly cursorKey: () => Promise<Uint8Array>
}

/** Joins the parts over an opened database and starts to work on its queues, unless the server is read-only. */
export async function assemble(
  config: Config,
  log: Log,
  storage: Storage,
  works: boolean = !config.readOnly,
): Promise<App> {
  const parts = openParts(config, log, storage)
  const handlers = jobHandlers(parts, (namespace) => contextOf(namespace).memory)
  const work = works ? startWork(parts, handlers) : IDLE
  const poller = await pollChanges(storage.changes, parts.changes.publish, log)
  // Create the key now, so that later reads need no write. If that fails, the first cursor tries again.
  await parts.cursorKey().catch(() => undefined)
  const contexts = new Map<string, McpContext>()
  const contextOf = (namespace: string): McpContext => {
    const known = contexts.get(namespace)
    if (known) return known
    const made = createContext(parts, namespace, work.wake)
    contexts.set(namespace, made)
    return made
  }
  return {
    storage,
    context: contextOf(config.namespace),
    contextOf,
    async load(load, onProgress, signal) {
      const { loadHere } = await import('./load/load-here.ts')
      // A command is not bound by what is set for servers.
      const isPublic = { ...parts, config: { ...config, fetch: { rule: PUBLIC } } }
      const here = {
        ...{ ...parts, namespace: config.namespace, clock: storage.clock },
        handlers: jobHandlers(isPublic, (namespace) => contextOf(namespace).memory),
        leaseMilliseconds: config.leaseMilliseconds,
        firstPauseMilliseconds: config.modelCalls.firstPauseMilliseconds,
      }
      return loadHere(here, load, onProgress, signal)
    },
    async close() {
      poller.stop()
      await work.stop()
      await parts.sandbox.close()
      await parts.servers.close()
      await storage.close()
    },
  }
}

function openParts(config: Config, log: Log, storage: Storage): Parts {
  const embedders = createEmbedderRegistry({
    settings: config.providers,
    limits: {
      ...config.modelCalls,
      totalMilliseconds: Math.min(config.modelCalls.totalMilliseconds, EMBEDDING_MILLISECONDS),
    },
  })
  const onListenerError = (error: unknown) =>
    log('error', 'a listener failed', { error: describeError(error) })
  const shared = {
    config,
    log,
    storage,
    owner: ownerName(randomBytes(6).toString('hex')),
    models: openModels(config, storage),
    embedders,
    embedQuestion: createEmbedQuestion(embedders),
    changes: createBus<Change>(onListenerError),
    live: createLiveRuns(onListenerError),
    cursorKey: keepKey(() => readCursorKey(storage)),
    sandbox: lazySandbox(config, log),
    servers: lazyToolServers(config, log),
  }
  const namespaces = new Map<string, Namespace>()
  return {
    ...shared,
    namespace(name) {
      const known = namespaces.get(name) ?? openNamespace(shared, name)
      namespaces.set(name, known)
      return known
    },
  }
}

/** Parts that the worker and the context of a namespace share. */
interface Namespace {
  readonly store: Store
  readonly embed: EmbedQuery
  readonly registry: ToolRegistry
  readonly agents: ReturnType<typeof createAgents>
  readonly tools: ToolsPort
}

function openNamespace(parts: Omit<Parts, 'namespace'>, name: string): Namespace {
  const { config, storage, models, embedders, embedQuestion, owner, sandbox, servers } = parts
  const { clock } = storage
  const store = storage.in(name)
  const embed: EmbedQuery = (handles, text) => embedQuestion(name, handles, text)
  const toolParts: ToolParts = {
    store,
    clock,
    embed,
    models,
    owner,
    sandbox: sandbox.open,
    namespace: name,
    servers,
    fetch: config.fetch,
    toolSecrets: config.toolSecrets,
    createAgent: (...given) => agents.createIn(...given),
  }
  const assembled = assembleRegistry(toolParts)
  const { registry } = assembled
  const embeddings = { check: embedders.check, fallback: config.embedding }
  const agents = createAgents(store, registry, models, embeddings, clock)
  const tools = assembleToolsPort(toolParts, assembled)
  return { store, embed, registry, agents, tools }
}

/** The servers of tools. Their client is loaded by the first server that is configured. */
function lazyToolServers({ toolServers }: Config, log: Log): ToolServers {
  let opened: Promise<ToolServers> | undefined
  const open = () => {
    opened ??= import('./tool-servers/create-tool-servers.ts').then(({ createToolServers }) =>
      createToolServers({ ...toolServers, log, now: Date.now }),
    )
    return opened
  }
  const isEmpty = toolServers.servers.size === 0
  return {
    tools: async (namespace) => (isEmpty ? [] : (await open()).tools(namespace)),
    call: async (call) => (await open()).call(call),
    list: async (...given) => (isEmpty ? [] : (await open()).list(...given)),
    async close() {
      await (await opened)?.close()
    },
  }
}

/** Beside the data; a server on PostgreSQL has no folder of its own. */
function cacheFolderOf({ database }: Config): string | undefined {
  return database.kind === 'sqlite' ? join(dirname(database.path), 'cache') : undefined
}

/** The sandbox, started by the first call of a tool. */
function lazySandbox(config: Config, log: Log) {
  let opened: Promise<Sandbox> | undefined
  return {
    open() {
      opened ??= import('./sandbox/calls/create-sandbox.ts').then(({ createSandbox }) =>
        createSandbox({ log, cacheFolder: cacheFolderOf(config) }),
      )
      return opened
    },
    async close() {
      await (await opened?.catch(() => undefined))?.close()
    },
  }
}

interface Work {
  /** Looks for new work at once. */
  wake(): void
  stop(): Promise<void>
}

type Handlers = JobWorkerOptions['handlers']

const PUBLIC = { kind: 'public' } as const

/** Handlers of jobs; each is loaded with its first job. */
function jobHandlers(
  { config, storage }: Parts,
  memoryOf: (namespace: string) => McpContext['memory'],
): Handlers {
  return {
    load: async () => {
      const { createLoadHandler } = await import('./load/load-handler.ts')
      return createLoadHandler({
        fetch: openFetch(config.fetch),
        clock: storage.clock,
        async writeBlock(namespace, agentId, { label, value, source }) {
          const limit = Math.max(DEFAULT_BLOCK_LIMIT, countCharacters(value))
          const reason = excerpt(`Loaded from ${source}`, LIMITS.reason - 1)
          await memoryOf(namespace).write(agentId, label, value, { limit, reason })
        },
      })
    },
  }
}

/** For processes that leave the work to others. */
const IDLE: Work = { wake() {}, async stop() {} }

/** Works on runs and embeddings, and follows changes by this and other processes. */
function startWork(parts: Parts, handlers: Handlers): Work {
  const { config, storage, changes } = parts
  const worker = createWorker({
    ...parts,
    registryOf: (namespace) => parts.namespace(namespace).registry,
    clock: storage.clock,
    leaseMilliseconds: config.leaseMilliseconds,
    mostRuns: config.mostRuns,
    budget: { tokens: config.maxRunTokens, seconds: config.maxRunSeconds },
    firstPauseMilliseconds: config.modelCalls.firstPauseMilliseconds,
    countTokens,
    emit: parts.live.publish,
    isWatched: parts.live.isWatched,
  })
  const embedQueue = createEmbedQueue({
    ...parts,
    tasks: storage.embeddings,
    jobs: storage.jobs,
    fallback: config.embedding,
    clock: storage.clock,
    leaseMilliseconds: config.leaseMilliseconds,
    firstPauseMilliseconds: config.modelCalls.firstPauseMilliseconds,
  })
  const jobWorker = createJobWorker({
    ...parts,
    handlers,
    clock: storage.clock,
    leaseMilliseconds: config.leaseMilliseconds,
    firstPauseMilliseconds: config.modelCalls.firstPauseMilliseconds,
  })
  const scheduler = createScheduler({
    ...parts,
    clock: storage.clock,
    async send(tx, id, { agentId, message, scopes }, at) {
      const origin = { ...rootOrigin(id), sender: 'system' } as const
      const sent = { agent: agentId, text: message, ...(scopes && { scopes }) }
      // Any process may take it.
      await acceptMessage(tx, parts.models, sent, { id, acceptedBy: '', at, origin })
    },
  })
  changes.subscribe(({ kind, subjectId, namespace }) => {
    if (kind === 'agent') void worker.stopIfDeleted(namespace, subjectId)
    if (kind === 'agent' || kind === 'archive' || kind === 'messages') embedQueue.wake()
    if (kind === 'job') {
      void jobWorker.stopIfCancelled(namespace, subjectId)
      jobWorker.wake()
    }
    if (kind !== 'run') return
    void worker.stopIfCancelled(namespace, subjectId)
    worker.wake()
  })
  return {
    wake: worker.wake,
    async stop() {
      await Promise.all([worker.stop(), embedQueue.stop(), scheduler.stop()])
      // Last: it frees the batches that the embedding queue had under way.
      await jobWorker.stop()
    },
  }
}

function createContext(parts: Parts, namespace: string, wake: () => void): McpContext {
  const { config, storage, models, embedders, changes } = parts
  const { clock } = storage
  const { store, embed, registry, agents, tools } = parts.namespace(namespace)
  const checkRoom = createCheckRoom(registry)
  const lazyLoads = async () => {
    const { createLoads } = await import('./load/loads.ts')
    return createLoads({ store, clock, roots: config.fileRoots })
  }
  const embeddings = { check: embedders.check, fallback: config.embedding }
  const onChange: McpContext['onChange'] = (listener) =>
    changes.subscribe((change) => {
      if (change.namespace === namespace) listener(change)
    })
  return {
    namespace,
    agents: {
      ...agents,
      ...createAgentSettings(store, registry, models, embeddings, clock),
      ...createAgentBlocks(store, registry, clock),
      ...createAgentRegistry(store),
      ...createAsides(store, models),
    },
    memory: {
      ...createBlockMemory(store, clock, checkRoom),
      ...createBlockHistory(store, clock, checkRoom),
      ...createBlockRegistry(store, clock, checkRoom),
    },
    archival: createArchivalMemory(store, clock, embed),
    archives: { ...createArchives(store, clock), ...createArchiveRegistry(store, clock) },
    recall: createRecallMemory(store, embed),
    tools,
    transfer: createTransfer(store, createImportChecks(models), clock),
    conversations: {
      ...createConversations({ store, clock }),
      ...createConversationKeys(store, clock),
    },
    runs: createRunsPort(parts, namespace, { wake, onChange }),
    jobs: createJobs(store, clock),
    groups: createGroups(store, clock),
    schedules: createSchedules({
      store,
      clock,
      check({ model }, message) {
        models.checkSender(model, { samples: false })
        return checkMessage(message)
      },
    }),
    load: { begin: async (load) => (await lazyLoads()).begin(load) },
    models: { ...models, knowsEmbedding: (handle) => knowsEmbedding(embedders, handle) },
    signingKey: (purpose) =>
      purpose === 'cursor' ? parts.cursorKey() : storage.signingKey(purpose),
    stats: () => readStats(parts, namespace),
    onChange,
    concernedBy: (change) => concernedBy(change, store),
  }
}

function createRunsPort(
  { config, storage, models, owner, live, namespace: open }: Parts,
  namespace: string,
  hooks: Pick<RunsOptions, 'wake' | 'onChange'>,
): RunsPort {
  const runs = createRuns({
    expect: (runId) => live.expect(namespace, runId),
    store: storage.in(namespace),
    registry: open(namespace).registry,
    models,
    fetchPicture: openFetch(config.fetch),
    clock: storage.clock,
    owner,
    ...hooks,
  })
  return {
    ...runs,
    ...createRunWalks(storage.in(namespace)),
    async askClient(runId, takes) {
      const ask = await runs.askClient(runId)
      return ask && { id: ask.id, params: toSampling(ask.request, takes) }
    },
    answerClient: (runId, ask, answer) =>
      runs.answerClient(runId, ask, (tools) => readSampled(answer, tools)),
    onProgress: (runId, listener) => live.subscribe(namespace, runId, listener),
  }
}

function knowsEmbedding({ check }: EmbedderRegistry, handle: string): boolean {
  try {
    check(handle)
    return true
  } catch (error) {
    if (error instanceof UserError) return false
    throw error
  }
}

async function readStats({ config, storage }: Parts, namespace: string): Promise<Stats> {
  const { bytes, schemaVersion } = await storage.info()
  // The size of the server would tell other namespaces how much data one of them has.
  const isHome = namespace === config.namespace
  const counted = await storage.embeddings.counts()
  return {
    ...(await storage.counts(namespace)),
    schemaVersion,
    archival: await storage.in(namespace).archives.counts(),
    embeddings: counted.filter((set) => set.namespace === namespace),
    ...(isHome && { server: { bytes, indexBytes: await storage.indexBytes() } }),
  }
}

/** A read-only server may find no stored key; then it uses a temporary one. */
async function readCursorKey(storage: Storage): Promise<Uint8Array> {
  try {
    return await storage.signingKey('cursor')
  } catch (error) {
    if (error instanceof UserError && error.code === 'read_only') return randomBytes(32)
    throw error
  }
}

/** Remembered for as long as the data is; a server that only reads remembers what others wrote down. */
function rememberEndpoints({ endpoints, clock }: Storage): KnownEndpoints {
  const noted = new Set<string>()
  const keyOf = (baseUrl: string) => withoutSecrets(baseUrl)
  return {
    hasAnswered: async (baseUrl) =>
      noted.has(keyOf(baseUrl)) ||
      (await endpoints.answered().catch(() => noted)).has(keyOf(baseUrl)),
    async noteAnswer(baseUrl) {
      if (noted.has(keyOf(baseUrl))) return
      noted.add(keyOf(baseUrl))
      await endpoints.note(keyOf(baseUrl), toTimestamp(clock())).catch(() => undefined)
    },
  }
}

function openModels(config: Config, storage: Storage): ModelRegistry {
  return createModelRegistry({
    endpoints: rememberEndpoints(storage),
    lessons: storedLessons(storage.learned, storage.clock),
    defaultHandle: config.model,
    settings: config.providers,
    limits: config.modelCalls,
  })
}
