import { UserError } from '../../core/errors.ts'
import type { ProviderOffer } from '../../core/model-offer.ts'
import { type ChatModel, CLIENT_HANDLE } from '../model.ts'

export const CLIENT_OFFER: ProviderOffer = { provider: 'client', models: ['sampling'] }

const ALTERNATIVES =
  'set a key like OPENAI_API_KEY, start Ollama, or give the agent another model with update_agent (offline/rehearsal needs none)'

/** Placeholder for the model of the calling client; its run waits for that client's answer. */
export function createClientModel(): ChatModel {
  return {
    handle: CLIENT_HANDLE,
    isClients: true,
    warnings: [],
    sees: async () => true,
    async call() {
      return {
        kind: 'failure',
        failure: {
          reason: 'rejected',
          message: `${CLIENT_HANDLE} answers nothing but the steps of an agent whose message is being sent.`,
          hint: 'To have summaries written by a model, name another as summary_model.',
        },
      }
    },
  }
}

export function noSampling(): UserError {
  return new UserError(
    'model_unavailable',
    `This agent answers with the model of the client (${CLIENT_HANDLE}), and yours offers none: it does not declare the capability "sampling". Call from a client that does, or ${ALTERNATIVES}.`,
  )
}
