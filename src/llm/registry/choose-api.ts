import type { Api, Provider, ProviderEndpoint } from '../providers.ts'

/** OpenAI's reasoning models, which get worse if their reasoning is not kept between calls. */
const REASONS = /^(?:o\d|gpt-(?:[5-9]|\d\d)|codex|computer-use)/
const CHATS = /-chat\b/

export interface ChosenApi {
  readonly api: Api
  /** The endpoint may support only chat completions, as gateways do; if so, those are used. */
  readonly mayBeChat: boolean
}

/** The API for a model: the configured one, else the provider's own. */
export function chooseApi(
  provider: Provider,
  endpoint: ProviderEndpoint,
  model: string,
): ChosenApi {
  if (endpoint.api) return { api: endpoint.api, mayBeChat: false }
  const isUsual = endpoint.baseUrl === provider.baseUrl
  if (provider.name === 'anthropic') return { api: 'messages', mayBeChat: !isUsual }
  const isReasoning = provider.name === 'openai' && REASONS.test(model) && !CHATS.test(model)
  // Another address may be any server that is compatible with chat completions.
  return { api: isUsual && isReasoning ? 'responses' : 'chat', mayBeChat: false }
}
