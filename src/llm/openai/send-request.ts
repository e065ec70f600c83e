import { isAzure } from '../base-url.ts'
import type { Provider, ProviderEndpoint } from '../providers.ts'
import type { CallWatch } from './call-watch.ts'
import type { Refusal } from './classify-failure.ts'
import { NO_DETAIL, readErrorBody } from './error-body.ts'

export type Sent =
  | { readonly kind: 'response'; readonly response: Response }
  | { readonly kind: 'refusal'; readonly refusal: Refusal }

/** Not empty, because the client wants a key and some servers want any. */
const PLACEHOLDER_KEY = 'none'
/** The client's own timer would end a call that ours still allows. */
const CLIENT_TIMEOUT = 2_147_483_647
const LONGEST_ERROR_BODY = 64 * 1024

/** Rejects with whatever the network did; a status that is no success is a refusal. */
export async function sendRequest(
  provider: Provider,
  endpoint: ProviderEndpoint,
  path: '/chat/completions' | '/embeddings',
  body: Readonly<Record<string, unknown>>,
  watch: CallWatch,
): Promise<Sent> {
  // Loaded at the first call: it costs as much as the rest of the start-up.
  const { OpenAI } = await import('openai')
  let refusal: Refusal | undefined
  const { apiVersion } = endpoint
  const client = new OpenAI({
    apiKey: endpoint.key === '' ? PLACEHOLDER_KEY : endpoint.key,
    baseURL: endpoint.baseUrl,
    // One retry layer, ours, which knows of leases and budgets.
    maxRetries: 0,
    timeout: CLIENT_TIMEOUT,
    // It would write to stdout, which belongs to JSON-RPC.
    logLevel: 'off',
    adminAPIKey: null,
    webhookSecret: null,
    fetch: async (url, init) => {
      // A redirect could lead the key and the history anywhere, cloud metadata addresses included.
      const response = await fetch(url, {
        ...init,
        headers: headersFor(provider, endpoint, init?.headers),
        redirect: 'manual',
        signal: watch.signal,
      })
      if (response.ok) return response
      // The client keeps only one of the shapes that an error's body may have.
      const text = await readStart(response)
      refusal = {
        status: response.status,
        retryAfterMilliseconds: readRetryAfter(response.headers),
        detail: readErrorBody(parse(text)) ?? { ...NO_DETAIL, message: plain(text) },
      }
      return new Response(null, { status: response.status, headers: response.headers })
    },
  })
  try {
    const response = await client
      .post(path, {
        body,
        ...(apiVersion !== undefined && { query: { 'api-version': apiVersion } }),
      })
      .asResponse()
    return { kind: 'response', response }
  } catch (error) {
    if (refusal) return { kind: 'refusal', refusal }
    throw error
  }
}

const HEADERS_FOR_ALL: ReadonlySet<string> = new Set([
  'accept',
  'api-key',
  'authorization',
  'content-type',
  'user-agent',
])

/** What the client reads from the environment for OpenAI (organization, custom headers) is nobody else's business. */
function headersFor(
  provider: Provider,
  endpoint: ProviderEndpoint,
  given: RequestInit['headers'],
): Headers {
  const headers = new Headers(given)
  if (endpoint.key !== '' && isAzure(endpoint)) headers.set('api-key', endpoint.key)
  if (provider.name === 'openai') return headers
  return new Headers([...headers].filter(([name]) => HEADERS_FOR_ALL.has(name)))
}

async function readStart(response: Response): Promise<string> {
  if (!response.body) return ''
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of response.body) {
    text += decoder.decode(bytes, { stream: true })
    if (text.length > LONGEST_ERROR_BODY) break
  }
  return text
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Web pages come from proxies on the way; only their words say anything. */
function plain(text: string): string {
  return /^\s*</.test(text)
    ? text.replace(/<(style|script)\b[\s\S]*?<\/\1>|<[^>]*>/gi, ' ').trim()
    : text.trim()
}

/** Seconds or a date, as the standard has it, or OpenAI's own milliseconds. */
function readRetryAfter(headers: Headers): number | null {
  const milliseconds = Number.parseFloat(headers.get('retry-after-ms') ?? '')
  if (milliseconds >= 0) return milliseconds
  const value = headers.get('retry-after') ?? ''
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value) * 1_000
  const date = Date.parse(value)
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now())
}
