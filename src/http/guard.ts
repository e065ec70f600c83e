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

export function refusalOf(headers: Headers, guard: Guard): Refusal | undefined {
  const host = hostnameIn(headers.host ?? '')
  if (host === undefined || !guard.allowsHost(host)) {
    return { status: 403, message: `The host "${headers.host ?? ''}" is not allowed here.` }
  }
  // Absent outside browsers. The origin `null` of a sandboxed page parses as no URL and is refused.
  if (headers.origin !== undefined && !guard.origins?.has(headers.origin)) {
    const origin = hostnameOf(headers.origin)
    if (origin === undefined || !guard.allowsHost(origin)) {
      return { status: 403, message: `The origin "${headers.origin}" is not allowed here.` }
    }
  }
  return undefined
}

/** Of a `Host` header, which is a name or address and a port; other parts of a URL would hide what it names. */
function hostnameIn(host: string): string | undefined {
  return /^[^\s/?#@\\]+$/.test(host) ? hostnameOf(`http://${host}`) : undefined
}

function hostnameOf(url: string): string | undefined {
  try {
    const { hostname } = new URL(url)
    return hostname === '' ? undefined : hostname
  } catch {
    return undefined
  }
}

function bracketed(host: string): string {
  const name = host.toLowerCase()
  return isIP(name) === 6 ? `[${name}]` : name
}

function unbracketed(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}
