import { isIP } from 'node:net'

/** Why a request is refused before its body is read. */
export interface Refusal {
  readonly status: 403
  readonly message: string
}

export interface Guard {
  readonly allowsHost: (hostname: string) => boolean
  /** Origins whose pages may call, on any host. */
  readonly origins?: ReadonlySet<string> | undefined
  /** Host names under which a proxy serves us over https. */
  readonly proxiedHosts?: ReadonlySet<string> | undefined
}

interface Headers {
  readonly host?: string | undefined
  readonly origin?: string | undefined
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(bracketed(host)) || /^127(\.\d{1,3}){3}$/.test(host)
}

/**
 * Allowed host names in `Host` and `Origin`. DNS rebinding needs a host name that points at this machine, never an IP
 * address, so beyond loopback any address is accepted.
 */
export function hostRule(host: string, allowedHosts: readonly string[]): Guard['allowsHost'] {
  const names = new Set([...LOOPBACK, host, ...allowedHosts].map((name) => bracketed(name)))
  const anyAddress = !isLoopback(host)
  return (hostname) => names.has(hostname) || (anyAddress && isIP(unbracketed(hostname)) !== 0)
}

/** Returns the reason to refuse; undefined if the request may pass. `port` is the port the request came in on. */
export function refusalOf(
  headers: Headers,
  guard: Guard,
  port: number | undefined,
): Refusal | undefined {
  const { host = '', origin } = headers
  const hostname = hostnameIn(host)
  if (hostname === undefined || !guard.allowsHost(hostname)) {
    return {
      status: 403,
      message: `The host "${host}" is not allowed here. If it is a name of this server, add it to RECOLLECT_ALLOWED_HOSTS.`,
    }
  }
  // `Origin` is absent outside browsers.
  if (origin === undefined || guard.origins?.has(origin)) return undefined
  if (isOwn(origin, host, guard, port)) return undefined
  return {
    status: 403,
    message: `The origin "${origin}" is not allowed here. If its pages may call this server, add it to RECOLLECT_CORS_ORIGINS.`,
  }
}

/**
 * Whether a page is ours by scheme, name and port: a page of another server on this machine is not. We speak http; only
 * a proxy in front of us speaks https. `null`, the origin of a sandboxed page, is not a URL.
 */
function isOwn(
  origin: string,
  host: string,
  { allowsHost, proxiedHosts }: Guard,
  port: number | undefined,
): boolean {
  const page = urlOf(origin)
  if (page === undefined || page.origin !== origin.toLowerCase()) return false
  // A `Host` without a port means the default port of the page's scheme.
  const isAsked = page.host === urlOf(`${page.protocol}//${host}`)?.host
  if (page.protocol === 'https:') return isAsked && (proxiedHosts?.has(page.hostname) ?? false)
  if (page.protocol !== 'http:' || !allowsHost(page.hostname)) return false
  return isAsked || Number(page.port || 80) === port
}

/**
 * Host name in a `Host` header, which is a name or address with an optional port. Anything else that a URL allows is
 * refused.
 */
function hostnameIn(host: string): string | undefined {
  return /^[^\s/?#@\\]+$/.test(host) ? urlOf(`http://${host}`)?.hostname : undefined
}

function urlOf(url: string): URL | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  return parsed?.hostname === '' ? undefined : parsed
}

function bracketed(host: string): string {
  const name = host.toLowerCase()
  return isIP(name) === 6 ? `[${name}]` : name
}

function unbracketed(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}
