import type { CallWatch } from './call-watch.ts'
import type { Refusal } from './classify-failure.ts'
import { NO_DETAIL, readErrorBody } from './error-body.ts'

export type Sent =
  | { readonly kind: 'response'; readonly response: Response }
  | { readonly kind: 'refusal'; readonly refusal: Refusal }

/** Not empty, because the client wants a key and some servers want any. */
export const PLACEHOLDER_KEY = 'none'
/** The client's own timer would end a call that ours still allows. */
export const CLIENT_TIMEOUT = 2_147_483_647
const LONGEST_ERROR_BODY = 64 * 1024
const LONGEST_PAGE = 4_096

/**
 * Sends with a client of a provider, to which `send` hands the fetch to use. Rejects with whatever the network did; a
 * status that is no success is a refusal.
 */
export async function sendGuarded(
  watch: CallWatch,
  headersOf: (given: Headers) => Headers,
  send: (guarded: typeof fetch) => Promise<Response>,
): Promise<Sent> {
  let refusal: Refusal | undefined
  const guarded: typeof fetch = async (url, init) => {
    // A redirect could lead the key and the history anywhere, cloud metadata addresses included.
    const response = await fetch(url, {
      ...init,
      headers: headersOf(new Headers(init?.headers)),
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
  }
  try {
    return { kind: 'response', response: await send(guarded) }
  } catch (error) {
    if (refusal) return { kind: 'refusal', refusal }
    throw error
  }
}

/** What a client reads from the environment for its own provider (custom headers) is nobody else's business. */
export function onlyHeaders(given: Headers, names: ReadonlySet<string>): Headers {
  return new Headers([...given].filter(([name]) => names.has(name)))
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
  // The time that the patterns take grows with the square of the text, and what is quoted of it is short.
  const start = text.slice(0, LONGEST_PAGE)
  return /^\s*</.test(start)
    ? start.replace(/<(style|script)\b[\s\S]*?(?:<\/\1>|$)|<[^>]*(?:>|$)/gi, ' ').trim()
    : start.trim()
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
