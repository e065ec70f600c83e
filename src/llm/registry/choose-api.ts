import type { Api, Provider, ProviderEndpoint } from '../providers.ts'

/** OpenAI's models that reason, and lose by it where their reasoning is not kept from call to call. */
const REASONS = /^(?:o\d|gpt-(?:[5-9]|\d\d)|codex|computer-use)/
const CHATS = /-chat\b/

export interface ChosenApi {
  readonly api: Api
  /** The endpoint may speak chat completions alone, as gateways do, and then it is asked so. */
  readonly mayBeChat: boolean
}

/** Which API a model is reached by: what is set, else the provider's own. */
export function chooseApi(
  provider: Provider,
  endpoint: ProviderEndpoint,
  model: string,
): ChosenApi {
  if (endpoint.api) return { api: endpoint.api, mayBeChat: false }
  const isUsual = endpoint.baseUrl === provider.baseUrl
  if (provider.name === 'anthropic') return { api: 'messages', mayBeChat: !isUsual }
  const isReasoning = provider.name === 'openai' && REASONS.test(model) && !CHATS.test(model)
  // What stands at another address may be any server that is compatible with chat completions.
  return { api: isUsual && isReasoning ? 'responses' : 'chat', mayBeChat: false }
}
