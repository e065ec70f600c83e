import { isIP } from 'node:net'

/** Why a request is turned away before its body is read. */
export interface Refusal {
  readonly status: 403
  readonly message: string
}

export interface Guard {
  readonly allowsHost: (hostname: string) => boolean
  /** Origins whose pages may call, whatever host they are of. */
  readonly origins?: ReadonlySet<string> | undefined
  /** Names under which a proxy may serve us over https. */
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
 * Names that may stand in `Host` and `Origin`. A web page can make a browser call us by a name of its own that it
 * points at this machine, never by an address; so beyond loopback any address is as good as the one bound.
 */
export function hostRule(host: string, allowedHosts: readonly string[]): Guard['allowsHost'] {
  const names = new Set([...LOOPBACK, host, ...allowedHosts].map((name) => bracketed(name)))
  const anyAddress = !isLoopback(host)
  return (hostname) => names.has(hostname) || (anyAddress && isIP(unbracketed(hostname)) !== 0)
}

/** `port` is the one at which the request came in. */
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
  // Absent outside browsers.
  if (origin === undefined || guard.origins?.has(origin)) return undefined
  if (isOwn(origin, host, guard, port)) return undefined
  return {
    status: 403,
    message: `The origin "${origin}" is not allowed here. If its pages may call this server, add it to RECOLLECT_CORS_ORIGINS.`,
  }
}

/**
 * Whether a page is one of ours, by scheme, name and port: a page of another server on the same machine is not. We
 * speak http; only a proxy before us speaks https. The origin `null` of a sandboxed page parses as no URL.
 */
function isOwn(
  origin: string,
  host: string,
  { allowsHost, proxiedHosts }: Guard,
  port: number | undefined,
): boolean {
  const page = urlOf(origin)
  if (page === undefined || page.origin !== origin.toLowerCase()) return false
  // A `Host` without a port is on the usual one of the page's scheme.
  const isAsked = page.host === urlOf(`${page.protocol}//${host}`)?.host
  if (page.protocol === 'https:') return isAsked && (proxiedHosts?.has(page.hostname) ?? false)
  if (page.protocol !== 'http:' || !allowsHost(page.hostname)) return false
  return isAsked || Number(page.port || 80) === port
}

/** Of a `Host` header, which is a name or address and a port; other parts of a URL would hide what it names. */
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
