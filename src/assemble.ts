import { randomBytes } from 'node:crypto'
import { createAgentBlocks } from './agent/agents/agent-blocks.ts'
import { createAgentSettings } from './agent/agents/agent-settings.ts'
import { createAgents } from './agent/agents/agents.ts'
import { createImportChecks } from './agent/agents/import-checks.ts'
import { checkRoomFor } from './agent/compaction/check-room.ts'
import { hasEnded, ownerName } from './agent/loop/owner.ts'
import { createWorker } from './agent/loop/worker.ts'
import { createRuns } from './agent/runs/runs.ts'
import type { Config } from './config.ts'
import { createBus } from './core/bus.ts'
import { UserError } from './core/errors.ts'
import type { AgentEvent, Change } from './core/event.ts'
import { keepKey } from './core/keep-key.ts'
import { describeError, type Log } from './core/log.ts'
import { readSampled } from './llm/client/read-sampled.ts'
import { toSampling } from './llm/client/to-sampling.ts'
import { countTokens } from './llm/count-tokens.ts'
import { storedLessons } from './llm/learned/learned.ts'
import type { ModelRegistry } from './llm/model.ts'
import { createEmbedderRegistry } from './llm/registry/embedder-registry.ts'
import { createModelRegistry } from './llm/registry/registry.ts'
import { createArchivalMemory } from './memory/archival.ts'
import { createArchives } from './memory/archives.ts'
import { createBlockHistory } from './memory/block-history.ts'
import { createBlockMemory } from './memory/blocks.ts'
import { concernedBy } from './memory/concerned-by.ts'
import { createEmbedQuestion } from './memory/embed-question.ts'
import { createEmbedQueue } from './memory/embed-queue.ts'
import { findAgent } from './memory/find-agent.ts'
import { createRecallMemory } from './memory/recall.ts'
import type { McpContext } from './service/context.ts'
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

/** Joins the parts over an opened database, and begins to serve its queue; a read-only server leaves that alone. */
export async function assemble(config: Config, log: Log, storage: Storage): Promise<App> {
  const { clock } = storage
  const owner = ownerName(randomBytes(6).toString('hex'))
  const models = openModels(config, storage)
  const embedders = createEmbedderRegistry({
    settings: config.providers,
    limits: {
      ...config.modelCalls,
      totalMilliseconds: Math.min(config.modelCalls.totalMilliseconds, EMBEDDING_MILLISECONDS),
    },
  })
  const embeddings = { check: embedders.check, fallback: config.embedding }
  const embedQuestion = createEmbedQuestion(embedders)
  const onListenerError = (error: unknown) =>
    log('error', 'a listener failed', { error: describeError(error) })
  const changes = createBus<Change>(onListenerError)
  const progress = createBus<{ readonly namespace: string; readonly event: AgentEvent }>(
    onListenerError,
  )

  const worker = config.readOnly
    ? undefined
    : createWorker({
        storage,
        embedQuestion,
        owner,
        clock,
        models,
        log,
        leaseMilliseconds: config.leaseMilliseconds,
        mostRuns: config.mostRuns,
        budget: { tokens: config.maxRunTokens, seconds: config.maxRunSeconds },
        firstPauseMilliseconds: config.modelCalls.firstPauseMilliseconds,
        countTokens,
        emit: (namespace, event) => progress.publish({ namespace, event }),
      })
  const embedQueue = config.readOnly
    ? undefined
    : createEmbedQueue({
        tasks: storage.embeddings,
        embedders,
        fallback: config.embedding,
        owner,
        hasEnded,
        clock,
        log,
        leaseMilliseconds: config.leaseMilliseconds,
        firstPauseMilliseconds: config.modelCalls.firstPauseMilliseconds,
      })
  const wake = () => worker?.wake()
  // Also what other processes did: a run was cancelled that this one works on, or ended before one that waits here.
  changes.subscribe(({ kind, subjectId, namespace }) => {
    if (kind === 'agent') void worker?.stopIfDeleted(namespace, subjectId)
    if (kind === 'agent' || kind === 'archive' || kind === 'messages') embedQueue?.wake()
    if (kind !== 'run') return
    void worker?.stopIfCancelled(namespace, subjectId)
    wake()
  })
  const poller = await pollChanges(storage.changes, changes.publish, log)

  const cursorKey = keepKey(() => readCursorKey(storage))
  // Now, so that nothing that only reads has to write it; if it can't be made yet, the first cursor tries again.
  await cursorKey().catch(() => undefined)
  const contexts = new Map<string, McpContext>()
  const contextOf = (namespace: string): McpContext => {
    const known = contexts.get(namespace)
    if (known) return known
    const made = createContext(namespace)
    contexts.set(namespace, made)
    return made
  }

  function createContext(namespace: string): McpContext {
    const store = storage.in(namespace)
    const embed: EmbedQuery = (handles, text) => embedQuestion(namespace, handles, text)
    const onChange: McpContext['onChange'] = (listener) =>
      changes.subscribe((change) => {
        if (change.namespace === namespace) listener(change)
      })
    const runs = createRuns({ store, models, clock, owner, wake, onChange })
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
      runs: {
        ...runs,
        async askClient(runId, takes) {
          const ask = await runs.askClient(runId)
          return ask && { id: ask.id, params: toSampling(ask.request, takes) }
        },
        answerClient: (runId, ask, answer) =>
          runs.answerClient(runId, ask, (tools) => readSampled(answer, tools)),
        onProgress: (runId, listener) =>
          progress.subscribe((progressed) => {
            const { event } = progressed
            if (progressed.namespace === namespace && event.runId === runId) listener(event)
          }),
      },
      models,
      signingKey: (purpose) => (purpose === 'cursor' ? cursorKey() : storage.signingKey(purpose)),
      async stats() {
        const { bytes, schemaVersion } = await storage.info()
        // What the server takes as a whole would tell the others how much there is of one.
        const isHome = namespace === config.namespace
        const counted = await storage.embeddings.counts()
        return {
          ...(await storage.counts(namespace)),
          schemaVersion,
          archival: await store.archives.counts(),
          embeddings: counted.filter((set) => set.namespace === namespace),
          ...(isHome && { server: { bytes, indexBytes: await storage.indexBytes() } }),
        }
      },
      onChange,
      concernedBy: (change) => concernedBy(change, store),
    }
  }

  return {
    storage,
    context: contextOf(config.namespace),
    contextOf,
    async close() {
      poller.stop()
      await Promise.all([worker?.stop(), embedQueue?.stop()])
      await storage.close()
    },
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
