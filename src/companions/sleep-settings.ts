import { viewAgent } from '../agent/agents/view-agent.ts'
import { sleeptimeJob } from '../agent/inbox/sleeptime-job.ts'
import type { Agent } from '../core/agent.ts'
import type { AgentView } from '../core/agent-view.ts'
import { type Clock, type Timestamp, toTimestamp } from '../core/clock.ts'
import { defaultConversation } from '../core/conversation.ts'
import type { Job } from '../core/job.ts'
import type { ModelRegistry } from '../llm/model.ts'
import { findAgent } from '../memory/find-agent.ts'
import type { SleeptimeChanges } from '../service/companions-port.ts'
import type { SleeptimeSettings, Store, Transaction } from '../storage/port/store.ts'
import { companionOf, followSettings, shareBlocks } from './companion.ts'
import { shareArchives } from './share-archives.ts'
import { SLEEP_PART, sleepTools } from './sleep-part.ts'

/** Chosen by Letta. */
const DEFAULT_EVERY_TURNS = 5

/** Turns an agent's sleep-time agent on and off, and lets it look once. */
export function createSleepSettings(
  store: Store,
  models: Pick<ModelRegistry, 'check' | 'checkSender'>,
  clock: Clock,
) {
  return {
    async configureSleeptime(reference: string, changes: SleeptimeChanges): Promise<AgentView> {
      if (changes.model) models.check(changes.model)
      const at = toTimestamp(clock())
      return store.transaction(async (tx) => {
        const agent = await findAgent(tx.agents, reference)
        const known = await tx.sleeptime.get(agent.id)
        const settings = {
          isEnabled: changes.isEnabled,
          everyTurns: changes.everyTurns ?? known?.everyTurns ?? DEFAULT_EVERY_TURNS,
          model: changes.model === undefined ? (known?.model ?? null) : changes.model || null,
          writesNotes: changes.writesNotes ?? known?.writesNotes ?? false,
        }
        if (settings.isEnabled)
          models.checkSender(settings.model ?? agent.model, { samples: false })
        if (known) await tx.sleeptime.configure(agent.id, settings)
        // It begins with the messages in the context; older ones would cost much and matter little.
        else await beginSleeptime(tx, agent, settings, await firstInSight(tx, agent), at)
        // Subscribers to the agent are told, as of any other setting of it.
        await tx.agents.update(agent.id, {}, at)
        return viewAgent(tx, { ...agent, updatedAt: at })
      })
    },

    async tidy(reference: string): Promise<Job> {
      const at = toTimestamp(clock())
      return store.transaction(async (tx) => {
        const agent = await findAgent(tx.agents, reference)
        if (!(await tx.sleeptime.get(agent.id))) {
          const off = {
            ...{ isEnabled: false, writesNotes: false },
            ...{ everyTurns: DEFAULT_EVERY_TURNS, model: null },
          }
          await beginSleeptime(tx, agent, off, 0, at)
        }
        return tx.jobs.insert(sleeptimeJob(agent.id, at, true))
      })
    },
  }
}

async function firstInSight(tx: Transaction, { id }: Agent): Promise<number> {
  const { from } = await tx.conversations.contextState(defaultConversation(id))
  return Math.max(0, from - 1)
}

/** Gives the agent its companion. */
export async function beginSleeptime(
  tx: Transaction,
  agent: Agent,
  settings: SleeptimeSettings,
  doneTo: number,
  at: Timestamp,
): Promise<void> {
  const companion = await companionOf(tx, agent, SLEEP_PART, at)
  await shareArchives(tx, agent, companion.id, at)
  await shareBlocks(tx, companion.id, await tx.blocks.ofAgent(agent.id), at)
  const model = settings.model ?? agent.model
  await followSettings(tx, companion, agent, { model, tools: sleepTools(settings.writesNotes) }, at)
  const ids = { agentId: agent.id, companionId: companion.id }
  await tx.sleeptime.insert({ ...ids, ...settings, doneTo, passagesTo: 0 })
}
