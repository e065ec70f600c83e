import { createAgents } from '../agent/agents/agents.ts'
import { createCheckRoom } from '../agent/compaction/check-room.ts'
import type { ToolRegistry } from '../agent/tools/tool-registry.ts'
import type { Config } from '../config/config.ts'
import type { EmbedderRegistry } from '../llm/embedder.ts'
import type { ModelRegistry } from '../llm/model.ts'
import type { CheckRoom } from '../memory/blocks.ts'
import type { ToolsPort } from '../service/context.ts'
import type { EmbedQuery, Storage, Store } from '../storage/port/store.ts'
import type { ToolServers } from '../tool-servers/tool-servers.ts'
import type { lazySandbox } from './lazy.ts'
import { assembleRegistry, assembleToolsPort, type ToolParts } from './tools.ts'

/** All that runs the agents of a namespace. */
export interface Runtime {
  readonly registry: ToolRegistry
  readonly agents: ReturnType<typeof createAgents>
  readonly tools: ToolsPort
  readonly checkRoom: CheckRoom
}

export interface RuntimeParts {
  readonly config: Config
  readonly storage: Storage
  readonly models: ModelRegistry
  readonly embedders: EmbedderRegistry
  /** Name of this process. */
  readonly owner: string
  readonly sandbox: ReturnType<typeof lazySandbox>
  readonly servers: ToolServers
  readonly namespace: string
  readonly store: Store
  readonly embed: EmbedQuery
}

export function openRuntime(parts: RuntimeParts): Runtime {
  const { config, storage, models, embedders, owner, servers, namespace, store, embed } = parts
  const { clock } = storage
  const toolParts: ToolParts = {
    store,
    clock,
    embed,
    models,
    owner,
    sandbox: parts.sandbox.open,
    namespace,
    servers,
    fetch: config.fetch,
    toolSecrets: config.toolSecrets,
    webSearch: config.webSearch,
    createAgent: (...fields) => agents.createIn(...fields),
  }
  const assembled = assembleRegistry(toolParts)
  const { registry } = assembled
  const embeddings = { check: embedders.check, fallback: config.embedding }
  const agents = createAgents(store, registry, models, embeddings, clock)
  const tools = assembleToolsPort(toolParts, assembled)
  return { registry, agents, tools, checkRoom: createCheckRoom(registry) }
}
