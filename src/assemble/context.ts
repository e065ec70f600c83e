import { createAgentBlocks } from '../agent/agents/agent-blocks.ts'
import { createAgentRegistry } from '../agent/agents/agent-registry.ts'
import { createAgentSettings } from '../agent/agents/agent-settings.ts'
import { createAsides } from '../agent/agents/ask-aside.ts'
import { createCheckRoom } from '../agent/compaction/check-room.ts'
import { createConversationKeys } from '../agent/conversations/conversation-keys.ts'
import { createConversations } from '../agent/conversations/conversations.ts'
import { createGroups } from '../agent/groups/groups.ts'
import { checkMessage } from '../agent/inbox/check-message.ts'
import { requestEnd } from '../agent/loop/cancel-run.ts'
import { createRuns } from '../agent/runs/runs.ts'
import type { RunsOptions } from '../agent/runs/runs-options.ts'
import { createRunWalks } from '../agent/runs/walk-runs.ts'
import { UserError } from '../core/errors.ts'
import { openFetch } from '../fetch/open-fetch.ts'
import { createJobs } from '../jobs/jobs.ts'
import { readSampled } from '../llm/client/read-sampled.ts'
import { toSampling } from '../llm/client/to-sampling.ts'
import type { EmbedderRegistry } from '../llm/embedder.ts'
import { createArchivalMemory } from '../memory/archival.ts'
import { createArchiveRegistry } from '../memory/archive-registry.ts'
import { createArchives } from '../memory/archives.ts'
import { createBlockHistory } from '../memory/block-history.ts'
import { createBlockRegistry } from '../memory/block-registry.ts'
import { createBlockMemory } from '../memory/blocks.ts'
import { concernedBy } from '../memory/concerned-by.ts'
import { createRecallMemory } from '../memory/recall.ts'
import { createSchedules } from '../schedules/schedules.ts'
import type { McpContext, RunsPort, Stats } from '../service/context.ts'
import { createTransfer } from '../transfer/transfer.ts'
import { lazyCompanions } from './companions.ts'
import { lazyFolders } from './folders.ts'
import { assembleImportChecks } from './import-checks.ts'
import type { Parts } from './parts.ts'
import { readTokens } from './read-tokens.ts'
import { lazySyncs } from './syncs.ts'

export function createContext(
  parts: Parts,
  namespace: string,
  wake: RunsOptions['wake'],
): McpContext {
  const { config, storage, models, embedders, changes } = parts
  const { clock } = storage
  const { store, embed, registry, agents, tools } = parts.namespace(namespace)
  const checkRoom = createCheckRoom(registry)
  const lazyLoads = async () => {
    const { createLoads } = await import('../load/loads.ts')
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
      ...createAsides(store, models, clock),
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
    transfer: createTransfer(store, assembleImportChecks(models), clock),
    conversations: {
      ...createConversations({ store, clock }),
      ...createConversationKeys(store, clock),
    },
    runs: createRunsPort(parts, namespace, { wake, onChange }),
    groups: createGroups(store, clock),
    schedules: createSchedules({
      store,
      clock,
      check({ model }, message) {
        models.checkSender(model, { samples: false })
        return checkMessage(message)
      },
    }),
    syncs: lazySyncs(parts, namespace),
    jobs: createJobs(store, clock, requestEnd),
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
    tokens: await readTokens(storage.in(namespace), config.maxTokensPerDay, storage.clock()),
    embeddings: counted.filter((set) => set.namespace === namespace),
    ...(isHome && { server: { bytes, indexBytes: await storage.indexBytes() } }),
  }
}
