import type { Agent } from '../../core/agent.ts'
import { AgentSettings } from '../../core/agent-settings.ts'
import type { Compacted, MessagesToEmbed, SettingsPatch } from '../../core/agent-view.ts'
import { type Clock, toTimestamp } from '../../core/clock.ts'
import { defaultConversation } from '../../core/conversation.ts'
import { UserError } from '../../core/errors.ts'
import type { AgentId } from '../../core/ids.ts'
import { checkTimezone } from '../../core/timezone.ts'
import { type ChatModel, CLIENT_HANDLE, type ModelRegistry } from '../../llm/model.ts'
import { type EmbeddingChoice, embedMessages } from '../../memory/choose-embedding.ts'
import { findAgent } from '../../memory/find-agent.ts'
import type { Store } from '../../storage/port/store.ts'
import { checkRoomOf } from '../compaction/check-room.ts'
import { compact, nextCompaction } from '../compaction/compact.ts'
import { compileContext } from '../context/compile-context.ts'
import { readContext } from '../context/read-context.ts'
import type { ToolRegistry } from '../tools/tool-registry.ts'

/** Operator settings of agents, and changes to what their context holds. */
export function createAgentSettings(
  store: Store,
  registry: ToolRegistry,
  models: ModelRegistry,
  embeddings: EmbeddingChoice,
  clock: Clock,
) {
  return {
    async configure(reference: string, patch: SettingsPatch): Promise<AgentSettings> {
      if (patch.summaryModel) models.check(patch.summaryModel)
      const at = toTimestamp(clock())
      return store.transaction(async (tx) => {
        const agent = await findAgent(tx.agents, reference)
        const settings = checkSettings({ ...agent.settings, ...definedOnly(patch) })
        await checkRoomOf(tx, registry, { ...agent, settings })
        await tx.agents.update(agent.id, { settings }, at)
        if (settings.embedMessages !== agent.settings.embedMessages)
          await embedMessages(tx, { ...agent, settings }, embeddings, at)
        return settings
      })
    },

    /** The messages that embedding would cover if it were switched on; null: it is on already. */
    async messagesToEmbed(reference: string): Promise<MessagesToEmbed | null> {
      const { id, settings, embedding } = await findAgent(store.agents, reference)
      if (settings.embedMessages) return null
      return {
        handle: embedding ?? embeddings.fallback,
        ...(await store.messages.embeddable(id)),
      }
    },

    /** Runs the next compaction now. Undefined: no message can be evicted. */
    async compact(reference: string, signal: AbortSignal): Promise<Compacted | undefined> {
      const agent = await findAgent(store.agents, reference)
      const conversation = defaultConversation(agent.id)
      const input = await readContext(store, registry, agent, conversation, null, clock(), {
        speakNow: null,
        repeats: 0,
        calls: [],
      })
      const compiled = compileContext(input)
      const plan = nextCompaction(input, compiled)
      if (!plan) return undefined
      const drops = agent.settings.compactionMode === 'drop'
      return compact({
        input,
        plan,
        window: compiled.window,
        model: drops ? undefined : await summaryModel(models, agent, input.state.ranOn),
        signal,
        commit: (work) => store.transaction((tx) => work(tx, toTimestamp(clock()))),
      })
    },

    /**
     * Empties the context. Memory stays, and so does the conversation in recall memory. Returns how many messages left
     * it.
     */
    async resetMessages(reference: string): Promise<{ agentId: AgentId; messages: number }> {
      const at = toTimestamp(clock())
      return store.transaction(async (tx) => {
        const { id } = await findAgent(tx.agents, reference)
        const conversation = defaultConversation(id)
        const state = await tx.conversations.contextState(conversation)
        const inSight = await tx.messages.inSight(conversation, state.from)
        if (await tx.runs.isAtWork(conversation)) {
          throw new UserError(
            'busy',
            'The agent is at work. Wait for its run to end, or cancel it, and call again.',
          )
        }
        const from = (await tx.messages.last(id)) + 1
        const empty = { from, summariesFrom: from, pressureTold: false }
        await tx.conversations.setContext(conversation, empty, at)
        return { agentId: id, messages: inSight.length }
      })
    },
  }
}

/** Throws a UserError if there is no real model: notes of the rehearsal would distort a real model's memory. */
async function summaryModel(
  models: Pick<ModelRegistry, 'resolve' | 'resolveFor'>,
  { settings, model }: Agent,
  ranOn: string | null,
): Promise<ChatModel> {
  if (settings.summaryModel !== null) return models.resolve(settings.summaryModel)
  if (model === CLIENT_HANDLE) return models.resolve(model)
  const chosen = await models.resolveFor({ model, ranOn }, { samples: false })
  if (chosen.kind === 'model') return chosen.model
  throw new UserError('model_unavailable', chosen.problem)
}

/** Fills in defaults. Throws a UserError for settings that no agent can run with. */
export function checkSettings(settings: object): AgentSettings {
  const parsed = AgentSettings.safeParse(settings)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new UserError(
      'invalid_argument',
      `${issue?.path.join('.')}: ${issue?.message}. Nothing was changed.`,
    )
  }
  const { compactionTarget, compactionThreshold, timezone } = parsed.data
  checkTimezone(timezone, 'Nothing was changed.')
  if (compactionTarget < compactionThreshold) return parsed.data
  throw new UserError(
    'invalid_argument',
    `compaction_target (${compactionTarget}) must be below compaction_threshold (${compactionThreshold}), or every step would compact. Nothing was changed.`,
  )
}

export function definedOnly(patch: SettingsPatch): object {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined))
}
