import type { RunsOptions } from '../agent/runs/runs-options.ts'
import { UserError } from '../core/errors.ts'
import { type FieldsOf, withLater } from '../core/later.ts'
import { once } from '../core/once.ts'
import type { EmbedderRegistry } from '../llm/embedder.ts'
import { createArchivalMemory } from '../memory/archival.ts'
import { createArchiveRegistry } from '../memory/archive-registry.ts'
import { createArchives } from '../memory/archives.ts'
import { createBlockHistory } from '../memory/block-history.ts'
import { createBlockRegistry } from '../memory/block-registry.ts'
import { type CheckRoom, createBlockMemory } from '../memory/blocks.ts'
import { concernedBy } from '../memory/concerned-by.ts'
import { createRecallMemory } from '../memory/recall.ts'
import type { McpContext, Stats } from '../service/context.ts'
import { type AgentPorts, createAgentPorts } from './agent-ports.ts'
import { lazyCompanions } from './companions.ts'
import { lazyFolders } from './folders.ts'
import { lazyAgents } from './lazy-agents.ts'
import type { Parts } from './parts.ts'
import { readTokens } from './read-tokens.ts'

const AGENT_PORTS: FieldsOf<Omit<AgentPorts, 'agents'>> = {
  conversations: true,
  groups: true,
  jobs: true,
  runs: true,
  schedules: true,
  syncs: true,
  tools: true,
  transfer: true,
}

/** Memory is at hand; all else of a context is made, and in the built program loaded, at its first use. */
export function createContext(
  parts: Parts,
  namespace: string,
  wake: RunsOptions['wake'],
): McpContext {
  const { config, storage, models, embedders, changes } = parts
  const { clock } = storage
  const own = parts.namespace(namespace)
  const { store, embed } = own
  const checkRoom: CheckRoom = (...given) => own.checkRoom(...given)
  const lazyLoads = async () => {
    const { createLoads } = await import('../load/loads.ts')
    return createLoads({ store, clock, roots: config.fileRoots })
  }
  const onChange: McpContext['onChange'] = (listener) =>
    changes.subscribe((change) => {
      if (change.namespace === namespace) listener(change)
    })
  const agentPorts = once(() => createAgentPorts(parts, namespace, { wake, onChange }))
  const atHand: Omit<McpContext, keyof typeof AGENT_PORTS> = {
    namespace,
    agents: lazyAgents(store, () => agentPorts().agents),
    memory: {
      ...createBlockMemory(store, clock, checkRoom),
      ...createBlockHistory(store, clock, checkRoom),
      ...createBlockRegistry(store, clock, checkRoom),
    },
    archival: createArchivalMemory(store, clock, embed),
    archives: { ...createArchives(store, clock), ...createArchiveRegistry(store, clock) },
    recall: createRecallMemory(store, embed),
    companions: lazyCompanions(store, models, clock),
    folders: lazyFolders(store, clock),
    load: {
      begin: async (load) => (await lazyLoads()).begin(load),
      progress: async (job) => (await lazyLoads()).progress(job),
    },
    models: { ...models, knowsEmbedding: (handle) => knowsEmbedding(embedders, handle) },
    signingKey: (purpose) =>
      purpose === 'cursor' ? parts.cursorKey() : storage.signingKey(purpose),
    stats: () => readStats(parts, namespace),
    onChange,
    concernedBy: (change) => concernedBy(change, store),
  }
  return withLater<typeof atHand, Omit<AgentPorts, 'agents'>>(atHand, AGENT_PORTS, agentPorts)
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
    tokens: await readTokens(storage.in(namespace), config.maxTokensPerDay, storage.clock()),
    embeddings: counted.filter((set) => set.namespace === namespace),
    ...(isHome && { server: { bytes, indexBytes: await storage.indexBytes() } }),
  }
}
