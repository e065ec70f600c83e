import type { Agent } from '../core/agent.ts'
import { defaultConversation } from '../core/conversation.ts'
import { UserError } from '../core/errors.ts'
import type { AgentId } from '../core/ids.ts'
import type { ModelRegistry } from '../llm/model.ts'
import type { Store } from '../storage/port/store.ts'

/** Throws a UserError if no real model can do background work: notes of the rehearsal would only do harm. */
export async function checkModel(
  models: Pick<ModelRegistry, 'resolveFor'>,
  store: Store,
  { model }: Pick<Agent, 'model'>,
  companion: AgentId,
): Promise<void> {
  const { ranOn } = await store.conversations.contextState(defaultConversation(companion))
  const chosen = await models.resolveFor({ model, ranOn }, { samples: false })
  if (chosen.kind !== 'model') throw new UserError('model_unavailable', chosen.problem)
  if (chosen.model.isRehearsal || chosen.model.isClients) {
    throw new UserError(
      'model_unavailable',
      'Work in the background needs a model that the server can call by itself. Set RECOLLECT_MODEL and its key, or give the agent another model.',
    )
  }
}
