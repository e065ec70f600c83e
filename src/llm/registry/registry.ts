import { UserError } from '../../core/errors.ts'
import type { Sender } from '../../core/run.ts'
import { CLIENT_OFFER, createClientModel, noSampling } from '../client/client-model.ts'
import { describeLearned, type Lessons, lessonsInMemory } from '../learned/learned.ts'
import { createMessagesModel } from '../messages/messages.ts'
import { type ChatModel, CLIENT_HANDLE, type ModelRegistry } from '../model.ts'
import { createOpenAiModel } from '../openai/openai.ts'
import {
  findProvider,
  PROVIDERS,
  type Provider,
  type ProviderEndpoint,
  type ProviderSettings,
} from '../providers.ts'
import { createRehearsal, REHEARSAL_HANDLE } from '../rehearsal/rehearsal.ts'
import { createResponsesModel } from '../responses/responses.ts'
import type { CallLimits } from '../wire/call-watch.ts'
import { chooseApi } from './choose-api.ts'
import { listModels, probeOllama } from './list-models.ts'

export interface ModelRegistryOptions {
  /** RECOLLECT_MODEL; null: unset. */
  readonly defaultHandle: string | null
  readonly settings: ProviderSettings
  readonly limits: CallLimits
  /** Absent: what is learnt is forgotten with the process. */
  readonly lessons?: Lessons
}

interface Choice {
  readonly model: ChatModel
  readonly reason: string
}

interface NoOllama {
  readonly problem: string
  readonly warnings: readonly string[]
}

/** So that a run of a few steps asks once, and an Ollama that was just started is soon seen. */
const DISCOVERY_MILLISECONDS = 10_000
/** For a server that lists nothing: llama.cpp and LM Studio answer to any name. */
const ANY_MODEL = 'default'

export function createModelRegistry(options: ModelRegistryOptions): ModelRegistry {
  const { defaultHandle, settings, limits, lessons = lessonsInMemory() } = options
  const ollamaModels = remember(probeOllama)
  const listedModels = remember(listModels)

  const open = (provider: Provider, endpoint: ProviderEndpoint, model: string): ChatModel => {
    const options = { provider, endpoint, model, limits, lessons }
    const { api, mayBeChat } = chooseApi(provider, endpoint, model)
    if (api === 'chat') return createOpenAiModel(options)
    if (api === 'responses') return createResponsesModel(options)
    return createMessagesModel(options, mayBeChat ? createOpenAiModel(options) : undefined)
  }

  const openHandle = (handle: string): ChatModel => {
    const { provider, model } = parseHandle(handle)
    if (handle === CLIENT_HANDLE) return createClientModel()
    if (!provider) return createRehearsal()
    const endpoint = settings.get(provider.name)
    if (!endpoint) throw missingKey(handle, provider)
    return open(provider, endpoint, model)
  }

  const chooseConfigured = async (): Promise<Choice | null> => {
    for (const provider of PROVIDERS) {
      const endpoint = settings.get(provider.name)
      if (!endpoint?.isConfigured) continue
      const model = provider.defaultModel ?? (await listedModels(endpoint))?.[0] ?? ANY_MODEL
      const variable = endpoint.key === '' ? provider.baseUrlVariable : provider.keyVariables[0]
      return { model: open(provider, endpoint, model), reason: `${variable} is set` }
    }
    return null
  }

  /** Or why there is none. */
  const chooseOllama = async (): Promise<Choice | NoOllama> => {
    const provider = findProvider('ollama')
    const endpoint = settings.get('ollama')
    const models = provider && endpoint ? await ollamaModels(endpoint) : null
    if (!provider || !endpoint || !models) {
      return { problem: 'no provider is configured and no Ollama answers', warnings: [] }
    }
    const [model] = models
    if (model === undefined) {
      const problem = `Ollama answers at ${endpoint.baseUrl} but has no model`
      return { problem, warnings: [`${problem}: run "ollama pull" with the name of one.`] }
    }
    return {
      model: open(provider, endpoint, model),
      reason: `Ollama answers at ${endpoint.baseUrl}`,
    }
  }

  const choose = async (sender: Sender | undefined): Promise<Choice> => {
    if (defaultHandle !== null) {
      return { model: openHandle(defaultHandle), reason: 'RECOLLECT_MODEL is set' }
    }
    const found = (await chooseConfigured()) ?? (await chooseOllama())
    if ('model' in found) return found
    const { problem, warnings } = found
    if (sender?.samples === true) {
      return { model: createClientModel(), reason: `${problem}, and the client lends its model` }
    }
    const reason = sender ? problem : `${problem}; clients that lend their model get it instead`
    return { model: createRehearsal(warnings), reason }
  }

  const checkSender = (handle: string | null, { samples }: Sender): void => {
    if ((handle ?? defaultHandle) === CLIENT_HANDLE && !samples) throw noSampling()
  }

  return {
    check(handle) {
      parseHandle(handle)
    },
    checkSender,
    async resolve(handle, sender) {
      if (sender) checkSender(handle, sender)
      return handle === null ? (await choose(sender)).model : openHandle(handle)
    },
    async describeDefault(sender) {
      const { model, reason } = await choose(sender)
      return { handle: model.handle, reason }
    },
    async learnt() {
      const known = await lessons.list()
      return [...settings].flatMap(([provider, { baseUrl }]) =>
        known
          .filter((lesson) => lesson.baseUrl === baseUrl)
          .map(({ model, learned }) => ({
            handle: `${provider}/${model}`,
            abilities: describeLearned(learned),
          })),
      )
    },
    async offers(sender) {
      const asked = [...settings].flatMap(([provider, endpoint]) => {
        if (endpoint.isConfigured) return [{ provider, listed: listedModels(endpoint) }]
        return provider === 'ollama' ? [{ provider, listed: ollamaModels(endpoint) }] : []
      })
      const offers = await Promise.all(
        asked.map(async ({ provider, listed }) => ({ provider, models: await listed })),
      )
      // Nobody set up Ollama; it counts only where it is.
      const usable = offers.filter(
        ({ provider, models }) => models !== null || settings.get(provider)?.isConfigured,
      )
      return sender?.samples === true ? [...usable, CLIENT_OFFER] : usable
    },
  }
}

/** `provider: null`: it is none's, but the built-in rehearsal or the client's. */
function parseHandle(handle: string): {
  readonly provider: Provider | null
  readonly model: string
} {
  const slash = handle.indexOf('/')
  const model = handle.slice(slash + 1)
  if (handle === REHEARSAL_HANDLE || handle === CLIENT_HANDLE) return { provider: null, model }
  const provider = slash < 0 ? undefined : findProvider(handle.slice(0, slash))
  if (!provider || model.trim() === '') {
    const known = PROVIDERS.map((each) => each.name).join(', ')
    throw new UserError(
      'invalid_argument',
      `"${handle}" is not a model handle of the form provider/model. Known providers: ${known}; ${REHEARSAL_HANDLE} needs none, and ${CLIENT_HANDLE} is the model of the client that calls.`,
    )
  }
  return { provider, model }
}

export function missingKey(handle: string, provider: Provider): UserError {
  return new UserError(
    'model_unavailable',
    `${handle} needs a key of ${provider.title}. Set ${provider.keyVariables[0]} and start the server again, or choose another model.`,
  )
}

/** Keeps what a server answered for a while; those who ask meanwhile share one question. */
function remember<T>(
  ask: (endpoint: ProviderEndpoint) => Promise<T>,
): (endpoint: ProviderEndpoint) => Promise<T> {
  const answers = new Map<string, { readonly answer: Promise<T>; readonly until: number }>()
  return (endpoint) => {
    const known = answers.get(endpoint.baseUrl)
    if (known && known.until > performance.now()) return known.answer
    const answer = ask(endpoint)
    answers.set(endpoint.baseUrl, { answer, until: performance.now() + DISCOVERY_MILLISECONDS })
    return answer
  }
}
