import { randomBytes } from 'node:crypto'
import { createAgents } from '../agent/agents/agents.ts'
import { createLiveRuns, type LiveRuns } from '../agent/runs/live-runs.ts'
import type { ToolRegistry } from '../agent/tools/tool-registry.ts'
import type { Config } from '../config/config.ts'
import { type Bus, createBus } from '../core/bus.ts'
import { UserError } from '../core/errors.ts'
import type { Change } from '../core/event.ts'
import { keepKey } from '../core/keep-key.ts'
import { describeError, type Log } from '../core/log.ts'
import { ownerName } from '../leases/owner.ts'
import type { EmbedderRegistry } from '../llm/embedder.ts'
import type { ModelRegistry } from '../llm/model.ts'
import { createEmbedderRegistry } from '../llm/registry/embedder-registry.ts'
import { createEmbedQuestion, type EmbedQuestion } from '../memory/embed-question.ts'
import type { ToolsPort } from '../service/context.ts'
import type { EmbedQuery, Storage, Store } from '../storage/port/store.ts'
import type { ToolServers } from '../tool-servers/tool-servers.ts'
import { lazySandbox, lazyToolServers } from './lazy.ts'
import { openModels } from './models.ts'
import { assembleRegistry, assembleToolsPort, type ToolParts } from './tools.ts'

/**
 * Timeout of one embedding batch. A batch takes up to a minute on a slow machine; after a timeout, batches get smaller.
 * Chosen by hand.
 */
const EMBEDDING_MILLISECONDS = 120_000

/** Parts that all namespaces share. */
export interface Parts {
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

export function openParts(config: Config, log: Log, storage: Storage): Parts {
  const embedders = createEmbedderRegistry({
    modelsFolder: config.localModels.folder,
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
    webSearch: config.webSearch,
    createAgent: (...given) => agents.createIn(...given),
  }
  const assembled = assembleRegistry(toolParts)
  const { registry } = assembled
  const embeddings = { check: embedders.check, fallback: config.embedding }
  const agents = createAgents(store, registry, models, embeddings, clock)
  const tools = assembleToolsPort(toolParts, assembled)
  return { store, embed, registry, agents, tools }
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
