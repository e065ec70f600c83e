import { UserError } from '../../core/errors.ts'
import type { ProviderOffer } from '../../core/model-offer.ts'
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
import { type Listed, listModels } from './list-models.ts'
import { type Choice, modelForAgent } from './model-for-agent.ts'
import { createOllamaProbe, type KnownEndpoints } from './ollama-probe.ts'

export interface ModelRegistryOptions {
  /** RECOLLECT_MODEL; null: unset. */
  readonly defaultHandle: string | null
  readonly settings: ProviderSettings
  readonly limits: CallLimits
  /** The servers that have answered before; absent: not remembered. */
  readonly endpoints?: KnownEndpoints
  /** Absent: corrections are forgotten when the process ends. */
  readonly lessons?: Lessons
}

interface NoOllama {
  readonly problem: string
  readonly warnings: readonly string[]
  /** The next step, in a sentence. */
  readonly remedy: string
}

/** Long enough that a run of a few steps asks once. Chosen by hand. */
const DISCOVERY_MILLISECONDS = 10_000
/** Short enough that a server just started is soon found. Chosen by hand. */
const ABSENCE_MILLISECONDS = 2_000
const OLLAMA = 'ollama'
/** For servers that list no models: llama.cpp and LM Studio accept any name. */
const ANY_MODEL = 'default'

export function createModelRegistry(options: ModelRegistryOptions): ModelRegistry {
  const { defaultHandle, settings, limits, lessons = lessonsInMemory() } = options
  const probe = createOllamaProbe(options.endpoints)
  const ollamaModels = remember(probe)
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
      const model = provider.defaultModel ?? (await listedModels(endpoint))?.names[0] ?? ANY_MODEL
      const variable = endpoint.key === '' ? provider.baseUrlVariable : provider.keyVariables[0]
      return { model: open(provider, endpoint, model), reason: `${variable} is set` }
    }
    return null
  }

  /** The model of Ollama, or the reason why there is none. */
  const chooseOllama = async (): Promise<Choice | NoOllama> => {
    const provider = findProvider(OLLAMA)
    const endpoint = settings.get(OLLAMA)
    const models = provider && endpoint ? await ollamaModels(endpoint) : null
    if (!provider || !endpoint || !models) {
      return {
        problem: 'no provider is configured and no Ollama answers',
        warnings: [],
        remedy:
          'Start Ollama, or set the key of a provider (OPENAI_API_KEY, for example) and start the server again.',
      }
    }
    const [model] = models
    if (model === undefined) {
      const problem = `Ollama answers at ${endpoint.baseUrl} but has no model`
      const remedy = 'Run "ollama pull" with the name of one.'
      return { problem, warnings: [`${problem}. ${remedy}`], remedy }
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
    const { problem, warnings, remedy } = found
    if (sender?.samples === true) {
      return { model: createClientModel(), reason: `${problem}, and the client lends its model` }
    }
    const reason = sender ? problem : `${problem}; clients that lend their model get it instead`
    return { model: createRehearsal(warnings), reason, missing: `${asSentence(problem)} ${remedy}` }
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
    async resolveFor(agent, sender) {
      checkSender(agent.model, sender)
      return modelForAgent(agent, { named: openHandle, choose: () => choose(sender) })
    },
    async isGone(handle) {
      const endpoint = settings.get(OLLAMA)
      if (!handle.startsWith(`${OLLAMA}/`) || !endpoint || endpoint.isConfigured) return false
      return (await ollamaModels.again(endpoint)) === null
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
        return provider === OLLAMA
          ? [{ provider, listed: ollamaModels(endpoint).then(unpriced) }]
          : []
      })
      const offers: readonly ProviderOffer[] = await Promise.all(
        asked.map(async ({ provider, listed }) => {
          const found = await listed
          const hasPrices = found !== null && found.prices.size > 0
          return {
            provider,
            models: found?.names ?? null,
            ...(hasPrices && { prices: found.prices }),
          }
        }),
      )
      // Nobody configured Ollama, so it counts only if it answers.
      const usable = offers.filter(
        ({ provider, models }) => models !== null || settings.get(provider)?.isConfigured,
      )
      return sender?.samples === true ? [...usable, CLIENT_OFFER] : usable
    },
  }
}

function unpriced(names: readonly string[] | null): Listed | null {
  return names && { names, prices: new Map() }
}

/** `provider: null`: the built-in rehearsal or the client's model. */
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

function asSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

interface Remembering<T> {
  (endpoint: ProviderEndpoint): Promise<T | null>
  /** Asks even if an earlier answer is cached. */
  again(endpoint: ProviderEndpoint): Promise<T | null>
}

/**
 * Caches a server's answer for a while, and a missing answer for a shorter time; concurrent callers share one request.
 */
function remember<T>(ask: (endpoint: ProviderEndpoint) => Promise<T | null>): Remembering<T> {
  const answers = new Map<string, { readonly answer: Promise<T | null>; until: number }>()
  const again = (endpoint: ProviderEndpoint): Promise<T | null> => {
    const answer = ask(endpoint)
    const known = { answer, until: performance.now() + DISCOVERY_MILLISECONDS }
    answers.set(endpoint.baseUrl, known)
    void answer.then((found) => {
      if (found === null) known.until = performance.now() + ABSENCE_MILLISECONDS
    })
    return answer
  }
  const recall = (endpoint: ProviderEndpoint): Promise<T | null> => {
    const known = answers.get(endpoint.baseUrl)
    return known && known.until > performance.now() ? known.answer : again(endpoint)
  }
  return Object.assign(recall, { again })
}
