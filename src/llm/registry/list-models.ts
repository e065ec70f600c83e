import * as z from 'zod'
import type { ProviderEndpoint } from '../providers.ts'

/** OpenAI lists `data[].id`, Ollama's own endpoint `models[].name`. */
const Listing = z.object({
  data: z.array(z.object({ id: z.string() })).optional(),
  models: z.array(z.object({ name: z.string() })).optional(),
})
const NOT_FOR_CHAT = /embed|rerank|\bbge\b|minilm|whisper/i

/** Chosen by hand. */
export const LIST_MILLISECONDS = 2_000

/** Models that can chat, in the server's order; null: it did not answer. */
export async function listModels(endpoint: ProviderEndpoint): Promise<readonly string[] | null> {
  const headers: Record<string, string> =
    endpoint.key === '' ? {} : { authorization: `Bearer ${endpoint.key}` }
  return readListing(await getJson(`${endpoint.baseUrl}/models`, LIST_MILLISECONDS, headers))
}

export function readListing(body: unknown): readonly string[] | null {
  const listing = Listing.safeParse(body)
  if (!listing.success) return null
  const { data = [], models = [] } = listing.data
  return [...data.map((model) => model.id), ...models.map((model) => model.name)].filter(
    (name) => !NOT_FOR_CHAT.test(name),
  )
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
