import type { CallWatch } from './call-watch.ts'
import type { ProviderRefusal } from './classify-failure.ts'
import { NO_DETAIL, readErrorBody } from './error-body.ts'

export type Sent =
  | { readonly kind: 'response'; readonly response: Response }
  | { readonly kind: 'refusal'; readonly refusal: ProviderRefusal }

/** Not empty: the SDK client requires a key, and some servers require any. */
export const PLACEHOLDER_KEY = 'none'
/** The largest timer: the SDK's own timeout would end calls that ours still allows. */
export const CLIENT_TIMEOUT = 2_147_483_647
/** Bytes. Chosen by hand. */
const MAX_ERROR_BODY = 64 * 1024
/** Characters. Chosen by hand. */
const MAX_PAGE = 4_096

/**
 * Sends through a provider's SDK client, to which `send` passes the fetch function to use. Rejects with the network's
 * error; a status other than success is a refusal.
 */
export async function sendGuarded(
  watch: CallWatch,
  headersOf: (given: Headers) => Headers,
  send: (guarded: typeof fetch) => Promise<Response>,
): Promise<Sent> {
  let refusal: ProviderRefusal | undefined
  const guarded: typeof fetch = async (url, init) => {
    // A redirect could send the key and the history anywhere, cloud metadata addresses included.
    const response = await fetch(url, {
      ...init,
      headers: headersOf(new Headers(init?.headers)),
      redirect: 'manual',
      signal: watch.signal,
    })
    if (response.ok) return response
    // The SDK client keeps only one of the possible formats of an error body.
    const text = await readStart(response)
    refusal = {
      status: response.status,
      retryAfterMilliseconds: readRetryAfter(response.headers),
      detail: readErrorBody(parse(text)) ?? { ...NO_DETAIL, message: plain(text) },
    }
    return new Response(null, { status: response.status, headers: response.headers })
  }
  try {
    return { kind: 'response', response: await send(guarded) }
  } catch (error) {
    if (refusal) return { kind: 'refusal', refusal }
    throw error
  }
}

/** Headers that an SDK reads from the environment for its own provider (custom headers) go to no other server. */
export function onlyHeaders(given: Headers, names: ReadonlySet<string>): Headers {
  return new Headers([...given].filter(([name]) => names.has(name)))
}

async function readStart(response: Response): Promise<string> {
  if (!response.body) return ''
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of response.body) {
    text += decoder.decode(bytes, { stream: true })
    if (text.length > MAX_ERROR_BODY) break
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

/** Error pages in HTML come from proxies on the way; only their text is useful. */
function plain(text: string): string {
  // The patterns take quadratic time, and only a short part is quoted.
  const start = text.slice(0, MAX_PAGE)
  return /^\s*</.test(start)
    ? start.replace(/<(style|script)\b[\s\S]*?(?:<\/\1>|$)|<[^>]*(?:>|$)/gi, ' ').trim()
    : start.trim()
}

/** Seconds or a date, as in the HTTP standard, or OpenAI's own milliseconds. */
function readRetryAfter(headers: Headers): number | null {
  const milliseconds = Number.parseFloat(headers.get('retry-after-ms') ?? '')
  if (milliseconds >= 0) return milliseconds
  const value = headers.get('retry-after') ?? ''
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value) * 1_000
  const date = Date.parse(value)
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now())
}
