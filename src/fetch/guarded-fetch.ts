import { lookup as resolveName } from 'node:dns'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { withDeadline } from '../core/deadline.ts'
import { Unavailable, UserError } from '../core/errors.ts'
import { allowsHost, type FetchRule } from './fetch-rule.ts'
import { isPublicAddress } from './public-address.ts'

export interface FetchLimits {
  /** Maximum bytes of the body; a longer one is refused, not truncated. */
  readonly maxBytes: number
  /** Time limit for the whole fetch, including redirects. */
  readonly milliseconds: number
  readonly signal?: AbortSignal | undefined
}

export interface Fetched {
  /** The final URL, after redirects. */
  readonly url: string
  /** Media type in lower case, without parameters; empty: the server sent none. */
  readonly mediaType: string
  readonly body: Buffer
}

/**
 * Fetches a document with GET. Throws UserError: `unsupported` if the rule does not allow the host; `invalid_argument`
 * for an address that is not public https, or a response that is not a success; `limit_exceeded` if the body is too
 * large or the fetch too slow.
 */
export type GuardedFetch = (url: string, limits: FetchLimits) => Promise<Fetched>

export interface GuardedFetchOptions {
  readonly rule: FetchRule
  /** Addresses that may be connected to. Tests allow a server of their own. */
  readonly isAllowedAddress?: (address: string) => boolean
  /** PEM certificates to trust instead of the default ones. */
  readonly ca?: string | undefined
}

/** Chosen by hand: browsers follow 20; a document needs few. */
const MAX_REDIRECTS = 5
const MAX_URL_LENGTH = 8_192
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  return (url, limits) =>
    guarded(url, limits, async (over) => {
      const { response, url: end } = await follow(url, GET, options, over)
      const status = response.statusCode ?? 0
      if (status < 200 || status > 299) {
        response.destroy()
        throw refused(`${end.hostname} answered with status ${status}. Check the address.`)
      }
      return {
        url: end.href,
        mediaType:
          (response.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '',
        body: await readBody(response, end, limits.maxBytes, over),
      }
    })
}

/** A request that is more than GET. */
export interface FetchRequest {
  readonly method: string
  /** Called for each address of a chain of redirects, so that headers can depend on the host. */
  readonly headersFor: (url: URL) => Readonly<Record<string, string>>
  readonly body?: string | undefined
}

/** An answer of any status. */
export interface FetchAnswer {
  readonly url: string
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** The same as `GuardedFetch` for any method; an answer of any status is returned. Redirects are followed for GET only. */
export type GuardedRequest = (
  url: string,
  request: FetchRequest,
  limits: FetchLimits,
) => Promise<FetchAnswer>

export function createGuardedRequest(options: GuardedFetchOptions): GuardedRequest {
  return (url, request, limits) =>
    guarded(url, limits, async (over) => {
      const { response, url: end } = await follow(url, request, options, over)
      const headers = Object.entries(response.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
      ])
      return {
        url: end.href,
        status: response.statusCode ?? 0,
        headers: Object.fromEntries(headers),
        body: await readBody(response, end, limits.maxBytes, over),
      }
    })
}

const GET: FetchRequest = { method: 'GET', headersFor: () => ({}) }

/** Runs the work within the time limit, and says so if it takes longer. */
function guarded<T>(
  url: string,
  { milliseconds, signal }: FetchLimits,
  work: (over: AbortSignal) => Promise<T>,
): Promise<T> {
  return withDeadline(signal, milliseconds, async (over) => {
    try {
      return await work(over)
    } catch (error) {
      if (signal?.aborted) throw error
      if (over.aborted) throw tooSlow(url, milliseconds)
      throw error
    }
  })
}

async function follow(
  start: string,
  request: FetchRequest,
  { rule, isAllowedAddress = isPublicAddress, ca }: GuardedFetchOptions,
  signal: AbortSignal,
): Promise<{ readonly response: IncomingMessage; readonly url: URL }> {
  let address = start
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const url = checkUrl(address, rule)
    const response = await open(url, request, { isAllowed: isAllowedAddress, ca, signal })
    const { location } = response.headers
    const isRedirect = REDIRECTS.has(response.statusCode ?? 0) && location !== undefined
    if (!isRedirect || request.method !== 'GET') return { response, url }
    response.destroy()
    address = resolveAgainst(location, url)
  }
  throw refused(`The address redirects more than ${MAX_REDIRECTS} times. Give the final one.`)
}

function checkUrl(address: string, rule: FetchRule): URL {
  const url =
    address.length <= MAX_URL_LENGTH && URL.canParse(address) ? new URL(address) : undefined
  if (url?.protocol !== 'https:' || `${url.username}${url.password}` !== '') {
    throw refused(
      'Only https:// addresses without user and password are fetched. Give one, or send the content itself.',
    )
  }
  if (allowsHost(rule, url.hostname)) return url
  throw new Unavailable(
    rule.kind === 'none'
      ? 'This server fetches nothing from the web. Send the content itself, or have its operator set RECOLLECT_FETCH to public or to a list of hosts.'
      : `${url.hostname} is not among the hosts that this server fetches from. Send the content itself, or have its operator add the host to RECOLLECT_FETCH.`,
  )
}

function resolveAgainst(location: string, base: URL): string {
  return URL.canParse(location, base.href) ? new URL(location, base).href : location
}

interface Connecting {
  readonly isAllowed: (address: string) => boolean
  readonly ca: string | undefined
  readonly signal: AbortSignal
}

/** Connects to the address that was checked, so a second DNS answer can't redirect the request (DNS rebinding). */
function open(
  url: URL,
  { method, headersFor, body }: FetchRequest,
  { isAllowed, ca, signal }: Connecting,
): Promise<IncomingMessage> {
  const literal = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(literal) !== 0 && !isAllowed(literal)) return Promise.reject(notPublic(url.hostname))
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        signal,
        agent: false,
        ...(ca !== undefined && { ca }),
        lookup: checkedLookup(isAllowed),
        method,
        headers: {
          accept: '*/*',
          'user-agent': 'recollect',
          ...headersFor(url),
          'accept-encoding': 'identity',
        },
      },
      resolve,
    )
    sent.on('error', (error) =>
      reject(error instanceof UserError || signal.aborted ? error : unreachable(url, error)),
    )
    sent.end(body)
  })
}

function checkedLookup(isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolveName(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '', 0)
      const [first] = found
      if (!first || found.some(({ address }) => !isAllowed(address))) {
        return callback(notPublic(hostname), '', 0)
      }
      if (options.all) return callback(null, found)
      callback(null, first.address, first.family)
    })
  }
}

async function readBody(
  response: IncomingMessage,
  url: URL,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(url, maxBytes)
    for await (const chunk of response) {
      const bytes = chunk as Buffer
      size += bytes.length
      if (size > maxBytes) throw tooLarge(url, maxBytes)
      chunks.push(bytes)
    }
  } catch (error) {
    // Node reports a truncated response as a connection reset.
    throw error instanceof UserError || signal.aborted ? error : unreachable(url, error)
  } finally {
    response.destroy()
  }
  return Buffer.concat(chunks)
}

function refused(message: string): UserError {
  return new UserError('invalid_argument', message)
}

function notPublic(host: string): UserError {
  return refused(
    `${host} is not an address on the public internet, and nothing else is fetched. Send the content itself.`,
  )
}

function unreachable(url: URL, error: unknown): UserError {
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
  return refused(`${url.hostname} could not be reached${code}. Check the address, or try again.`)
}

function tooLarge(url: URL, maxBytes: number): UserError {
  const size = maxBytes >= 1_000_000 ? `${maxBytes / 1_000_000} MB` : `${maxBytes} bytes`
  return new UserError(
    'limit_exceeded',
    `What ${url.hostname} sends is larger than ${size}, which is the most that is fetched. Use a smaller one.`,
  )
}

function tooSlow(url: string, milliseconds: number): UserError {
  const host = URL.canParse(url) ? new URL(url).hostname : 'the address'
  return new UserError(
    'limit_exceeded',
    `${host} did not send everything within ${milliseconds / 1000} s. Try again, or send the content itself.`,
  )
}
