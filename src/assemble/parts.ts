import { randomBytes } from 'node:crypto'
import { createLiveRuns, type LiveRuns } from '../agent/runs/live-runs.ts'
import type { Config } from '../config/config.ts'
import { type Bus, createBus } from '../core/bus.ts'
import { UserError } from '../core/errors.ts'
import type { Change } from '../core/event.ts'
import { keepKey } from '../core/keep-key.ts'
import { callLater, withLater } from '../core/later.ts'
import { describeError, type Log } from '../core/log.ts'
import { ownerName } from '../leases/owner.ts'
import type { EmbedderRegistry } from '../llm/embedder.ts'
import type { ModelRegistry } from '../llm/model.ts'
import { createEmbedderRegistry } from '../llm/registry/embedder-registry.ts'
import { createEmbedQuestion, type EmbedQuestion } from '../memory/embed-question.ts'
import type { EmbedQuery, Storage, Store } from '../storage/port/store.ts'
import type { ToolServers } from '../tool-servers/tool-servers.ts'
import { lazySandbox, lazyToolServers } from './lazy.ts'
import { openModels } from './models.ts'
import { openRuntime, type Runtime } from './runtime.ts'

/**
 * Timeout of one embedding batch. A batch takes up to a minute on a slow machine; after a timeout, batches get smaller.
 * Chosen by hand.
 */
const EMBEDDING_MILLISECONDS = 120_000

const MODELS = {
  check: true,
  checkSender: true,
  resolve: true,
  resolveFor: true,
  isGone: true,
  describeDefault: true,
  offers: true,
  learnt: true,
} as const
const RUNTIME = { registry: true, agents: true, tools: true, checkRoom: true } as const

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
  const embedders = callLater<EmbedderRegistry>({ check: true, resolve: true }, () =>
    openEmbedders(config),
  )
  const onListenerError = (error: unknown) =>
    log('error', 'a listener failed', { error: describeError(error) })
  const shared = {
    config,
    log,
    storage,
    owner: ownerName(randomBytes(6).toString('hex')),
    models: callLater<ModelRegistry>(MODELS, () => openModels(config, storage)),
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

function openEmbedders({ localModels, providers, modelCalls }: Config): EmbedderRegistry {
  return createEmbedderRegistry({
    modelsFolder: localModels.folder,
    settings: providers,
    limits: {
      ...modelCalls,
      totalMilliseconds: Math.min(modelCalls.totalMilliseconds, EMBEDDING_MILLISECONDS),
    },
  })
}

/** Parts that the worker and the context of a namespace share. */
interface Namespace extends Runtime {
  readonly store: Store
  readonly embed: EmbedQuery
}

function openNamespace(parts: Omit<Parts, 'namespace'>, name: string): Namespace {
  const store = parts.storage.in(name)
  const embed: EmbedQuery = (handles, text) => parts.embedQuestion(name, handles, text)
  return withLater({ store, embed }, RUNTIME, () =>
    openRuntime({ ...parts, namespace: name, store, embed }),
  )
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
