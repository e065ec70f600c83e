import { UserError } from '../core/errors.ts'
import { readBaseUrl, withoutTrailingSlashes } from './base-url.ts'

/** Differences between a provider's OpenAI-compatible endpoint and OpenAI's own. */
export interface Quirks {
  /** Requests a stream: a local engine may need minutes, and a silent connection is cut by proxies. */
  readonly stream: boolean
  /** `full`: as OpenAI; `words`: no object that names a tool; `none`: the field is refused or ignored. */
  readonly toolChoice: 'full' | 'words' | 'none'
  /** The reasoning of an earlier tool call must be sent back as `reasoning_content`. */
  readonly sendsReasoningBack: boolean
  /** The longest tool call id that it accepts; short ids are sent with letters and digits only. */
  readonly maxToolCallIdLength: number
  /** Accepts a user message right after a tool result. */
  readonly userAfterTool: boolean
  /** Its name for the output limit. */
  readonly outputLimit: 'max_tokens' | 'max_completion_tokens'
  /** Passes cache marks on to providers that cache only marked parts. */
  readonly cacheMarkers: boolean
}

export interface Provider {
  readonly name: string
  /** Its name, for people. */
  readonly title: string
  readonly baseUrl: string
  /** The first one set is used; the first in the list is the one named to users. */
  readonly keyVariables: readonly [string, ...string[]]
  readonly baseUrlVariable: string
  /** null: the first model that its server lists. */
  readonly defaultModel: string | null
  readonly needsKey: boolean
  readonly quirks: Quirks
}

const LIKE_OPENAI: Quirks = {
  stream: false,
  toolChoice: 'full',
  sendsReasoningBack: false,
  maxToolCallIdLength: 40,
  userAfterTool: true,
  outputLimit: 'max_tokens',
  cacheMarkers: false,
}
const LOCAL_ENGINE: Quirks = { ...LIKE_OPENAI, stream: true }

/** In the order in which a default is chosen. */
export const PROVIDERS: readonly Provider[] = [
  {
    name: 'openai',
    title: 'OpenAI',
    baseUrl: 'https://api.openai.com/v1',
    keyVariables: ['OPENAI_API_KEY'],
    baseUrlVariable: 'OPENAI_BASE_URL',
    defaultModel: 'gpt-4.1-mini',
    needsKey: true,
    // Its reasoning models refuse the older name, which every other server accepts.
    quirks: { ...LIKE_OPENAI, outputLimit: 'max_completion_tokens' },
  },
  {
    name: 'anthropic',
    title: 'Anthropic',
    baseUrl: 'https://api.anthropic.com/v1',
    keyVariables: ['ANTHROPIC_API_KEY'],
    baseUrlVariable: 'ANTHROPIC_BASE_URL',
    defaultModel: 'claude-sonnet-4-5',
    needsKey: true,
    quirks: LIKE_OPENAI,
  },
  {
    name: 'google',
    title: 'Google Gemini',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    keyVariables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    baseUrlVariable: 'GEMINI_BASE_URL',
    defaultModel: 'gemini-2.5-flash',
    needsKey: true,
    quirks: LIKE_OPENAI,
  },
  {
    name: 'ollama',
    title: 'Ollama',
    baseUrl: 'http://127.0.0.1:11434/v1',
    keyVariables: ['OLLAMA_API_KEY'],
    baseUrlVariable: 'OLLAMA_BASE_URL',
    defaultModel: null,
    needsKey: false,
    quirks: { ...LOCAL_ENGINE, toolChoice: 'none' },
  },
  {
    name: 'lmstudio',
    title: 'LM Studio',
    baseUrl: 'http://127.0.0.1:1234/v1',
    keyVariables: ['LMSTUDIO_API_KEY'],
    baseUrlVariable: 'LMSTUDIO_BASE_URL',
    defaultModel: null,
    needsKey: false,
    quirks: { ...LOCAL_ENGINE, toolChoice: 'words' },
  },
  {
    name: 'vllm',
    title: 'vLLM',
    baseUrl: 'http://127.0.0.1:8000/v1',
    keyVariables: ['VLLM_API_KEY'],
    baseUrlVariable: 'VLLM_BASE_URL',
    defaultModel: null,
    needsKey: false,
    quirks: LOCAL_ENGINE,
  },
  {
    name: 'llamacpp',
    title: 'llama.cpp',
    baseUrl: 'http://127.0.0.1:8080/v1',
    keyVariables: ['LLAMACPP_API_KEY'],
    baseUrlVariable: 'LLAMACPP_BASE_URL',
    defaultModel: null,
    needsKey: false,
    quirks: { ...LOCAL_ENGINE, toolChoice: 'words' },
  },
  {
    name: 'openrouter',
    title: 'OpenRouter',
    baseUrl: 'https://openrouter.ai/api/v1',
    keyVariables: ['OPENROUTER_API_KEY'],
    baseUrlVariable: 'OPENROUTER_BASE_URL',
    defaultModel: 'openai/gpt-4.1-mini',
    needsKey: true,
    quirks: { ...LIKE_OPENAI, cacheMarkers: true },
  },
  {
    name: 'groq',
    title: 'Groq',
    baseUrl: 'https://api.groq.com/openai/v1',
    keyVariables: ['GROQ_API_KEY'],
    baseUrlVariable: 'GROQ_BASE_URL',
    defaultModel: 'openai/gpt-oss-120b',
    needsKey: true,
    quirks: LIKE_OPENAI,
  },
  {
    name: 'deepseek',
    title: 'DeepSeek',
    baseUrl: 'https://api.deepseek.com/v1',
    keyVariables: ['DEEPSEEK_API_KEY'],
    baseUrlVariable: 'DEEPSEEK_BASE_URL',
    defaultModel: 'deepseek-v4-flash',
    needsKey: true,
    // Its thinking models, now the default, refuse a forced tool choice.
    quirks: { ...LIKE_OPENAI, toolChoice: 'none', sendsReasoningBack: true },
  },
  {
    name: 'mistral',
    title: 'Mistral',
    baseUrl: 'https://api.mistral.ai/v1',
    keyVariables: ['MISTRAL_API_KEY'],
    baseUrlVariable: 'MISTRAL_BASE_URL',
    defaultModel: 'mistral-medium-latest',
    needsKey: true,
    quirks: { ...LIKE_OPENAI, maxToolCallIdLength: 9, userAfterTool: false },
  },
  {
    name: 'together',
    title: 'Together',
    baseUrl: 'https://api.together.xyz/v1',
    keyVariables: ['TOGETHER_API_KEY'],
    baseUrlVariable: 'TOGETHER_BASE_URL',
    defaultModel: 'openai/gpt-oss-120b',
    needsKey: true,
    quirks: LIKE_OPENAI,
  },
  {
    name: 'xai',
    title: 'xAI',
    baseUrl: 'https://api.x.ai/v1',
    keyVariables: ['XAI_API_KEY'],
    baseUrlVariable: 'XAI_BASE_URL',
    defaultModel: 'grok-4',
    needsKey: true,
    quirks: LIKE_OPENAI,
  },
  {
    name: 'moonshot',
    title: 'Moonshot',
    baseUrl: 'https://api.moonshot.ai/v1',
    keyVariables: ['MOONSHOT_API_KEY'],
    baseUrlVariable: 'MOONSHOT_BASE_URL',
    defaultModel: 'kimi-k2.5',
    needsKey: true,
    quirks: { ...LIKE_OPENAI, toolChoice: 'none', sendsReasoningBack: true },
  },
  {
    name: 'cerebras',
    title: 'Cerebras',
    baseUrl: 'https://api.cerebras.ai/v1',
    keyVariables: ['CEREBRAS_API_KEY'],
    baseUrlVariable: 'CEREBRAS_BASE_URL',
    defaultModel: 'gpt-oss-120b',
    needsKey: true,
    quirks: LIKE_OPENAI,
  },
  {
    name: 'fireworks',
    title: 'Fireworks',
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    keyVariables: ['FIREWORKS_API_KEY'],
    baseUrlVariable: 'FIREWORKS_BASE_URL',
    defaultModel: 'accounts/fireworks/models/gpt-oss-120b',
    needsKey: true,
    quirks: LIKE_OPENAI,
  },
]

export function findProvider(name: string): Provider | undefined {
  return PROVIDERS.find((provider) => provider.name === name)
}

export const APIS = ['chat', 'messages', 'responses'] as const
/** OpenAI's chat completions, Anthropic's Messages or OpenAI's Responses. */
export type Api = (typeof APIS)[number]

export interface ProviderEndpoint {
  readonly baseUrl: string
  /** Empty: no key was given, and a placeholder is sent. */
  readonly key: string
  /** Azure's `api-version`, if the address names one; sent with every request. */
  readonly apiVersion?: string | undefined
  /** The configured API; absent: chosen by provider and model. */
  readonly api?: Api | undefined
  /** How the given address was interpreted, for `doctor`. */
  readonly notes?: readonly string[] | undefined
  /** Its key or base URL was set, so it may become the default; other providers are used only by name. */
  readonly isConfigured: boolean
}

/** By provider name; a missing provider cannot be used. */
export type ProviderSettings = ReadonlyMap<string, ProviderEndpoint>

/** Throws a UserError that names the variable if a base URL is invalid. */
export function readProviderSettings(
  environment: Readonly<Record<string, string | undefined>>,
): ProviderSettings {
  const read = (variable: string): string => environment[variable]?.trim() ?? ''
  const settings = new Map<string, ProviderEndpoint>()
  for (const provider of PROVIDERS) {
    const key = provider.keyVariables.map(read).find((value) => value !== '') ?? ''
    const givenUrl = read(provider.baseUrlVariable)
    const isConfigured = key !== '' || givenUrl !== ''
    if (!isConfigured && provider.needsKey) continue
    const address =
      givenUrl === ''
        ? { baseUrl: usualBaseUrl(provider, read) }
        : readBaseUrl(givenUrl, provider.baseUrlVariable, provider)
    const api = readApi(apiVariable(provider), read)
    settings.set(provider.name, { ...address, key, isConfigured, ...(api && { api }) })
  }
  return settings
}

export function apiVariable({ name }: Pick<Provider, 'name'>): string {
  return `RECOLLECT_${name.toUpperCase()}_API`
}

function readApi(variable: string, read: (variable: string) => string): Api | undefined {
  const given = read(variable).toLowerCase()
  if (given === '') return undefined
  const api = APIS.find((each) => each === given)
  if (api) return api
  throw new UserError(
    'invalid_argument',
    `${variable}: found "${given}", allowed is ${APIS.join(', ')}.`,
  )
}

/** OLLAMA_HOST is Ollama's own setting: it gives the address, but does not mean that the user chose Ollama. */
function usualBaseUrl(provider: Provider, read: (variable: string) => string): string {
  const host = provider.name === 'ollama' ? read('OLLAMA_HOST') : ''
  if (host === '') return provider.baseUrl
  const hasScheme = /^https?:\/\//.test(host)
  const { baseUrl } = readBaseUrl(hasScheme ? host : `http://${host}`, 'OLLAMA_HOST', provider)
  const url = new URL(baseUrl)
  // A server that listens on all interfaces is called at 127.0.0.1.
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = '127.0.0.1'
  if (url.port === '' && !hasScheme) url.port = '11434'
  return withoutTrailingSlashes(url.href)
}
