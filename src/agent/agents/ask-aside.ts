import { type Clock, toTimestamp } from '../../core/clock.ts'
import { defaultConversation } from '../../core/conversation.ts'
import { UserError } from '../../core/errors.ts'
import type { TokenUsage } from '../../core/run.ts'
import type { ModelRegistry } from '../../llm/model.ts'
import { findAgent } from '../../memory/find-agent.ts'
import type { Store } from '../../storage/port/store.ts'

export interface Aside {
  readonly text: string
  readonly usage: TokenUsage
}

/** Asks the model of an agent, without its memory and without leaving a trace in it. */
export function createAsides(
  store: Store,
  models: Pick<ModelRegistry, 'resolveFor'>,
  clock: Clock,
) {
  return {
    async askAside(reference: string, text: string, signal: AbortSignal): Promise<Aside> {
      const agent = await findAgent(store.agents, reference)
      const { ranOn } = await store.conversations.contextState(defaultConversation(agent.id))
      const chosen = await models.resolveFor({ model: agent.model, ranOn }, { samples: false })
      if (chosen.kind !== 'model') throw new UserError('model_unavailable', chosen.problem)
      const messages = [{ role: 'user', text } as const]
      const result = await chosen.model.call(
        { messages, tools: [], toolChoice: 'none' },
        { signal },
      )
      if (result.kind === 'failure')
        throw new UserError('model_unavailable', result.failure.message)
      const { text: answer, usage } = result.answer
      const at = toTimestamp(clock())
      await store.transaction((tx) => tx.tokenUse.add('conversation', agent.id, usage, at))
      return { text: answer, usage }
    },
  }
}
