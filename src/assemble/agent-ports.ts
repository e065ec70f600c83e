import { createAgentBlocks } from '../agent/agents/agent-blocks.ts'
import { createAgentRegistry } from '../agent/agents/agent-registry.ts'
import { createAgentSettings } from '../agent/agents/agent-settings.ts'
import { createAsides } from '../agent/agents/ask-aside.ts'
import { createConversationKeys } from '../agent/conversations/conversation-keys.ts'
import { createConversations } from '../agent/conversations/conversations.ts'
import { createGroups } from '../agent/groups/groups.ts'
import { checkMessage } from '../agent/inbox/check-message.ts'
import { requestEnd } from '../agent/loop/cancel-run.ts'
import { createRuns } from '../agent/runs/runs.ts'
import type { RunsOptions } from '../agent/runs/runs-options.ts'
import { createRunWalks } from '../agent/runs/walk-runs.ts'
import { openFetch } from '../fetch/open-fetch.ts'
import { createJobs } from '../jobs/jobs.ts'
import { readSampled } from '../llm/client/read-sampled.ts'
import { toSampling } from '../llm/client/to-sampling.ts'
import { createSchedules } from '../schedules/schedules.ts'
import type { McpContext, RunsPort } from '../service/context.ts'
import { createTransfer } from '../transfer/transfer.ts'
import { assembleImportChecks } from './import-checks.ts'
import type { Parts } from './parts.ts'
import { lazySyncs } from './syncs.ts'

/** The ports of agents at work, which a client that only reads memory never uses. */
export type AgentPorts = Pick<
  McpContext,
  | 'agents'
  | 'conversations'
  | 'groups'
  | 'jobs'
  | 'runs'
  | 'schedules'
  | 'syncs'
  | 'tools'
  | 'transfer'
>

export function createAgentPorts(
  parts: Parts,
  namespace: string,
  hooks: Pick<RunsOptions, 'wake' | 'onChange'>,
): AgentPorts {
  const { config, storage, models, embedders } = parts
  const { clock } = storage
  const { store, registry, agents, tools } = parts.namespace(namespace)
  const embeddings = { check: embedders.check, fallback: config.embedding }
  return {
    agents: {
      ...agents,
      ...createAgentSettings(store, registry, models, embeddings, clock),
      ...createAgentBlocks(store, registry, clock),
      ...createAgentRegistry(store),
      ...createAsides(store, models, clock),
    },
    tools,
    transfer: createTransfer(store, assembleImportChecks(models), clock),
    conversations: {
      ...createConversations({ store, clock }),
      ...createConversationKeys(store, clock),
    },
    runs: createRunsPort(parts, namespace, hooks),
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
