import type { App } from '../assemble/assemble.ts'
import type { AgentFiles } from '../assemble/transfer.ts'
import type { Sessions } from '../assistant/sessions.ts'
import type { Tokens } from '../auth/tokens.ts'
import type { Config } from '../config/config.ts'
import type { Agent } from '../core/agent.ts'
import type { Log } from '../core/log.ts'
import { isLoopback } from '../http/guard.ts'
import type { EmbedderRegistry } from '../llm/embedder.ts'
import type { LocalModels } from '../llm/local/local-models.ts'
import type { ModelRegistry } from '../llm/model.ts'
import type { Entry } from '../mcp/present/present-run.ts'
import type { McpContext } from '../service/context.ts'
import type { Storage } from '../storage/port/store.ts'
import { openStorage } from './data.ts'

/*
 * Entry points of Recollect, with `data.ts` and `serve.ts`. A client waits for `initialize`, so each loads its code when
 * it is called. `src/assemble` joins the parts.
 */

export type { App, Entry, Storage, Tokens }
export { isLoopback }

/**
 * Opens the data. Throws a UserError that says what to do if it cannot be used. Without `works`, this process takes no
 * runs.
 */
export async function openApp(
  config: Config,
  log: Log,
  works: boolean = !config.readOnly,
): Promise<App> {
  const storage = await openStorage(config, log)
  // Its thread starts beside what is done here.
  storage.prepareSearch({ meaning: config.embedding !== null })
  const { assemble } = await import('../assemble/assemble.ts')
  return assemble(config, log, storage, works)
}

/** With the storage, what was learnt of models is used, and what is learnt is kept there. */
export async function openModels(
  config: Config,
  storage?: Pick<Storage, 'learned' | 'clock'>,
): Promise<ModelRegistry> {
  const { createModelRegistry } = await import('../llm/registry/registry.ts')
  const { storedLessons } = await import('../llm/learned/learned.ts')
  return createModelRegistry({
    ...(storage && { lessons: storedLessons(storage.learned, storage.clock) }),
    defaultHandle: config.model,
    settings: config.providers,
    limits: config.modelCalls,
  })
}

/** Describes a function, from its source, as a model is told of it. */
export async function readToolSource(language: 'python' | 'typescript', source: string) {
  const { readSource } = await import('../assemble/tools.ts')
  return readSource(language, source)
}

/** Answers what agents' tools can use here. Each tool server is tried. */
export async function inspectTools(config: Config, log: Log) {
  const { inspectTools: inspect } = await import('../assemble/inspect-tools.ts')
  return inspect(config, log)
}

/** Functions that turn objects into the JSON of the MCP contract. */
export async function openPresenters() {
  const { presentAgent, presentShortAgent, presentWholeBlock } = await import(
    '../mcp/present/present.ts'
  )
  const { presentMessage } = await import('../mcp/present/present-run.ts')
  return { presentAgent, presentShortAgent, presentWholeBlock, presentMessage }
}

/** Export and import of agents, without workers. Import fails on a read-only server. */
export async function openTransfer(config: Config): Promise<OpenTransfer> {
  const { assembleTransfer } = await import('../assemble/transfer.ts')
  const storage = await openStorage(config)
  return { ...assembleTransfer(config, storage), close: storage.close }
}

export interface OpenTransfer extends AgentFiles {
  close(): Promise<void>
}

/** Memory for sessions of coding assistants. Loads only the code it needs, because the assistant waits. */
export async function openSessions(config: Config): Promise<OpenSessions> {
  const { createSessions } = await import('../assistant/sessions.ts')
  const { createRedaction } = await import('../core/redact.ts')
  const { secretsOf } = await import('../config/secrets.ts')
  const storage = await openStorage(config)
  const sessions = createSessions({
    store: storage.in(config.namespace),
    clock: storage.clock,
    clean: createRedaction(secretsOf(config)),
    async create(name) {
      const { createProjectAgent } = await import('../assemble/project-agent.ts')
      return createProjectAgent(config, storage, name)
    },
  })
  return { ...sessions, close: storage.close }
}

export interface OpenSessions extends Sessions {
  close(): Promise<void>
}

export async function openEmbedders(config: Config): Promise<EmbedderRegistry> {
  const { createEmbedderRegistry } = await import('../llm/registry/embedder-registry.ts')
  return createEmbedderRegistry({
    settings: config.providers,
    limits: config.modelCalls,
    modelsFolder: config.localModels.folder,
  })
}

/** Embedding models that run on this machine. Throws a ConfigError if there is no data directory. */
export async function openLocalModels({ localModels }: Config): Promise<LocalModels> {
  const { createLocalModels } = await import('../llm/local/local-models.ts')
  return createLocalModels(localModels.folder(), localModels.hub)
}

/**
 * The one agent that all clients are limited to. Throws a UserError with the candidates if there is not exactly one.
 */
export async function findPinnedAgent(context: McpContext, agent: string): Promise<Agent> {
  const { pinContext } = await import('../service/pin-context.ts')
  const pinned = await pinContext(context, agent)
  return pinned.agents.find(pinned.pinnedTo ?? agent)
}
