import { randomBytes } from 'node:crypto'
import { createAgentBlocks } from './agent/agents/agent-blocks.ts'
import { createAgentSettings } from './agent/agents/agent-settings.ts'
import { createAgents } from './agent/agents/agents.ts'
import { createImportChecks } from './agent/agents/import-checks.ts'
import { checkRoomFor } from './agent/compaction/check-room.ts'
import { hasEnded, ownerName } from './agent/loop/owner.ts'
import { createWorker } from './agent/loop/worker.ts'
import { createLiveRuns, type LiveRuns } from './agent/runs/live-runs.ts'
import { createRuns } from './agent/runs/runs.ts'
import type { RunsOptions } from './agent/runs/runs-options.ts'
import type { Config } from './config.ts'
import { type Bus, createBus } from './core/bus.ts'
import { UserError } from './core/errors.ts'
import type { Change } from './core/event.ts'
import { keepKey } from './core/keep-key.ts'
import { describeError, type Log } from './core/log.ts'
import { readSampled } from './llm/client/read-sampled.ts'
import { toSampling } from './llm/client/to-sampling.ts'
import { countTokens } from './llm/count-tokens.ts'
import type { EmbedderRegistry } from './llm/embedder.ts'
import { storedLessons } from './llm/learned/learned.ts'
import type { ModelRegistry } from './llm/model.ts'
import { createEmbedderRegistry } from './llm/registry/embedder-registry.ts'
import { createModelRegistry } from './llm/registry/registry.ts'
import { createArchivalMemory } from './memory/archival.ts'
import { createArchives } from './memory/archives.ts'
import { createBlockHistory } from './memory/block-history.ts'
import { createBlockMemory } from './memory/blocks.ts'
import { concernedBy } from './memory/concerned-by.ts'
import { createEmbedQuestion, type EmbedQuestion } from './memory/embed-question.ts'
import { createEmbedQueue } from './memory/embed-queue.ts'
import { findAgent } from './memory/find-agent.ts'
import { createRecallMemory } from './memory/recall.ts'
import type { McpContext, RunsPort, Stats } from './service/context.ts'
import { pollChanges } from './storage/changes/poll-changes.ts'
import type { EmbedQuery, Storage } from './storage/port/store.ts'
import { createTransfer } from './transfer/transfer.ts'

/** The whole of Recollect over one opened database. */
export interface App {
  /** Of the namespace in the settings. */
  readonly context: McpContext
  /** All that exists for that namespace. */
  contextOf(namespace: string): McpContext
  readonly storage: Storage
  /** Stops taking work, lets go of what is under way for the next process, and closes the database. */
  close(): Promise<void>
}

/** Agents as files, over an opened database on which nobody works here. */
export function assembleTransfer(config: Config, storage: Storage) {
  const store = storage.in(config.namespace)
  return {
    ...createTransfer(store, createImportChecks(openModels(config, storage)), storage.clock),
    find: (reference: string) => findAgent(store.agents, reference),
  }
}

export type AgentFiles = ReturnType<typeof assembleTransfer>

/** A batch takes a slow machine a minute; whoever takes longer is asked for less at a time. */
const EMBEDDING_MILLISECONDS = 120_000

/** What every namespace shares. */
interface Parts {
  readonly config: Config
  readonly log: Log
  readonly storage: Storage
  /** Names this process. */
  readonly owner: string
  readonly models: ModelRegistry
  readonly embedders: EmbedderRegistry
  readonly embedQuestion: EmbedQuestion
  readonly changes: Bus<Change>
  readonly live: LiveRuns
  /** Seals cursors. */
  readonly cursorKey: () => Promise<Uint8Array>
}

/** Joins the parts over an opened database, and begins to serve its queues; a read-only server leaves them alone. */
export async function assemble(config: Config, log: Log, storage: Storage): Promise<App> {
  const parts = openParts(config, log, storage)
  const work = startWork(parts)
  const poller = await pollChanges(storage.changes, parts.changes.publish, log)
  // Now, so that nothing that only reads has to write it; if it can't be made yet, the first cursor tries again.
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
    async close() {
      poller.stop()
      await work.stop()
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
  return {
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
  }
}

interface Work {
  /** Something may be free to be worked on. */
  wake(): void
  stop(): Promise<void>
}

/** Works on runs and embeddings, and reacts to changes of them, also to those that other processes make. */
function startWork(parts: Parts): Work {
  const { config, storage, changes } = parts
  if (config.readOnly) return { wake() {}, async stop() {} }
  const worker = createWorker({
    ...parts,
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
    fallback: config.embedding,
    hasEnded,
    clock: storage.clock,
    leaseMilliseconds: config.leaseMilliseconds,
    firstPauseMilliseconds: config.modelCalls.firstPauseMilliseconds,
  })
  changes.subscribe(({ kind, subjectId, namespace }) => {
    if (kind === 'agent') void worker.stopIfDeleted(namespace, subjectId)
    if (kind === 'agent' || kind === 'archive' || kind === 'messages') embedQueue.wake()
    if (kind !== 'run') return
    void worker.stopIfCancelled(namespace, subjectId)
    worker.wake()
  })
  return {
    wake: worker.wake,
    async stop() {
      await Promise.all([worker.stop(), embedQueue.stop()])
    },
  }
}

function createContext(parts: Parts, namespace: string, wake: () => void): McpContext {
  const { config, storage, models, embedders, embedQuestion, changes } = parts
  const { clock } = storage
  const store = storage.in(namespace)
  const embeddings = { check: embedders.check, fallback: config.embedding }
  const embed: EmbedQuery = (handles, text) => embedQuestion(namespace, handles, text)
  const onChange: McpContext['onChange'] = (listener) =>
    changes.subscribe((change) => {
      if (change.namespace === namespace) listener(change)
    })
  return {
    namespace,
    agents: {
      ...createAgents(store, models, embeddings, clock),
      ...createAgentSettings(store, models, embeddings, clock),
      ...createAgentBlocks(store, clock),
    },
    memory: {
      ...createBlockMemory(store, clock, checkRoomFor),
      ...createBlockHistory(store, clock, checkRoomFor),
    },
    archival: createArchivalMemory(store, clock, embed),
    archives: createArchives(store, clock),
    recall: createRecallMemory(store, embed),
    transfer: createTransfer(store, createImportChecks(models), clock),
    runs: createRunsPort(parts, namespace, { wake, onChange }),
    models,
    signingKey: (purpose) =>
      purpose === 'cursor' ? parts.cursorKey() : storage.signingKey(purpose),
    stats: () => readStats(parts, namespace),
    onChange,
    concernedBy: (change) => concernedBy(change, store),
  }
}

function createRunsPort(
  { storage, models, owner, live }: Parts,
  namespace: string,
  hooks: Pick<RunsOptions, 'wake' | 'onChange'>,
): RunsPort {
  const runs = createRuns({
    expect: (runId) => live.expect(namespace, runId),
    store: storage.in(namespace),
    models,
    clock: storage.clock,
    owner,
    ...hooks,
  })
  return {
    ...runs,
    async askClient(runId, takes) {
      const ask = await runs.askClient(runId)
      return ask && { id: ask.id, params: toSampling(ask.request, takes) }
    },
    answerClient: (runId, ask, answer) =>
      runs.answerClient(runId, ask, (tools) => readSampled(answer, tools)),
    onProgress: (runId, listener) => live.subscribe(namespace, runId, listener),
  }
}

async function readStats({ config, storage }: Parts, namespace: string): Promise<Stats> {
  const { bytes, schemaVersion } = await storage.info()
  // The size of the whole server would tell other namespaces how much is in one of them.
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

/** Of a server that only reads, where none that writes made one yet: a key of its own, for as long as it runs. */
async function readCursorKey(storage: Storage): Promise<Uint8Array> {
  try {
    return await storage.signingKey('cursor')
  } catch (error) {
    if (error instanceof UserError && error.code === 'read_only') return randomBytes(32)
    throw error
  }
}

function openModels(config: Config, { learned, clock }: Storage): ModelRegistry {
  return createModelRegistry({
    lessons: storedLessons(learned, clock),
    defaultHandle: config.model,
    settings: config.providers,
    limits: config.modelCalls,
  })
}
