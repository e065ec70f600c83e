import * as z from 'zod'
import type { ModelPrice } from '../../core/model-offer.ts'
import { isAzure } from '../base-url.ts'
import { ANTHROPIC_VERSION, isAnthropic } from '../messages/anthropic.ts'
import type { ProviderEndpoint } from '../providers.ts'

const Price = z.union([z.number(), z.string().transform(Number)]).catch(Number.NaN)
/** OpenRouter's prices: US dollars for one token, as text. Other servers use other units, and are not read. */
const Pricing = z.object({ prompt: Price, completion: Price, input_cache_read: Price.optional() })

const Entry = z.object({ id: z.string(), pricing: Pricing.optional().catch(undefined) })
/** OpenAI lists `data[].id`, Together a bare list, Ollama's own endpoint `models[].name`. */
const Listing = z.object({
  data: z.array(Entry).optional(),
  models: z.array(z.object({ name: z.string() })).optional(),
})
const NOT_FOR_CHAT = /embed|rerank|\bbge\b|minilm|whisper/i

/** Chosen by hand. */
export const LIST_MILLISECONDS = 2_000

export interface Listed {
  readonly names: readonly string[]
  /** By name, for those that the server prices. */
  readonly prices: ReadonlyMap<string, ModelPrice>
}

/** Models that can chat, in the server's order; null: it did not answer. */
export async function listModels(endpoint: ProviderEndpoint): Promise<Listed | null> {
  const { apiVersion } = endpoint
  const query = apiVersion === undefined ? '' : `?api-version=${encodeURIComponent(apiVersion)}`
  const body = await getJson(
    `${endpoint.baseUrl}/models${query}`,
    LIST_MILLISECONDS,
    headersFor(endpoint),
  )
  const names = readListing(body)
  return names && { names, prices: readPrices(body) }
}

/** The key where each kind of server looks for it. */
function headersFor(endpoint: ProviderEndpoint): Readonly<Record<string, string>> {
  const { baseUrl, key } = endpoint
  if (key === '') return {}
  if (isAnthropic(baseUrl)) return { 'x-api-key': key, 'anthropic-version': ANTHROPIC_VERSION }
  return { authorization: `Bearer ${key}`, ...(isAzure(endpoint) && { 'api-key': key }) }
}

export function readListing(body: unknown): readonly string[] | null {
  const listing = Listing.safeParse(listOf(body))
  if (!listing.success) return null
  const { data = [], models = [] } = listing.data
  return [...data.map((model) => model.id), ...models.map((model) => model.name)].filter(
    (name) => !NOT_FOR_CHAT.test(name),
  )
}

function listOf(body: unknown): unknown {
  return Array.isArray(body) ? { data: body } : body
}

/** Per million tokens, as prices are usually given. */
const MILLION = 1_000_000
/** Removes the error of multiplying a decimal fraction. */
const DIGITS = 12

function readPrices(body: unknown): ReadonlyMap<string, ModelPrice> {
  const { data = [] } = Listing.safeParse(listOf(body)).data ?? {}
  return new Map(
    data.flatMap(({ id, pricing }) => {
      const price = pricing && toPrice(pricing)
      return price ? [[id, price] as const] : []
    }),
  )
}

/** Undefined: not fixed, which OpenRouter marks with a negative number for models that choose another. */
function toPrice({
  prompt,
  completion,
  input_cache_read: cached,
}: z.infer<typeof Pricing>): ModelPrice | undefined {
  if (!(prompt >= 0 && completion >= 0)) return undefined
  const perMillion = (price: number) => Number((price * MILLION).toPrecision(DIGITS))
  return {
    input: perMillion(prompt),
    output: perMillion(completion),
    ...(cached !== undefined && cached >= 0 && { cachedInput: perMillion(cached) }),
  }
}

/** null: any error. */
export async function getJson(
  url: string,
  milliseconds: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  try {
    const signal = AbortSignal.timeout(milliseconds)
    const response = await fetch(url, { signal, headers, redirect: 'error' })
    const text = await response.text()
    return response.ok ? JSON.parse(text) : null
  } catch {
    return null
  }
}
