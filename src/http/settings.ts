import { UserError } from '../core/errors.ts'
import { readUrl, withoutSecrets } from '../core/safe-url.ts'
import { CAPS, type Caps } from './caps.ts'

/** Settings of the HTTP server: who may call, and how much. */
export interface HttpSettings {
  readonly allowedHosts: readonly string[]
  readonly corsOrigins: readonly string[]
  /** The origin under which a proxy serves us. */
  readonly publicOrigin: string | undefined
  readonly caps: Caps
}

type Environment = Readonly<Record<string, string | undefined>>

/** Throws a UserError, in one line, for an invalid setting. */
export function readHttpSettings(settings: Environment): HttpSettings {
  const publicUrl = settings.RECOLLECT_PUBLIC_URL?.trim() ?? ''
  const published =
    publicUrl === '' ? undefined : new URL(readUrl('RECOLLECT_PUBLIC_URL', publicUrl))
  return {
    allowedHosts: [
      ...listIn(settings, 'RECOLLECT_ALLOWED_HOSTS').map(readHost),
      ...(published ? [published.hostname] : []),
    ],
    publicOrigin: published?.origin,
    corsOrigins: listIn(settings, 'RECOLLECT_CORS_ORIGINS').map(readOrigin),
    caps: {
      ...CAPS,
      requestsPerMinute: readCount(
        settings,
        'RECOLLECT_MAX_REQUESTS_PER_MINUTE',
        CAPS.requestsPerMinute,
      ),
      requests: readCount(settings, 'RECOLLECT_MAX_REQUESTS', CAPS.requests),
      streams: readCount(settings, 'RECOLLECT_MAX_STREAMS', CAPS.streams),
    },
  }
}

function listIn(settings: Environment, name: string): readonly string[] {
  return (settings[name] ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

/** A host name as in `Host`, without a port; any port matches. */
function readHost(host: string): string {
  const address = `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}`
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url?.port === '' && url.href === `http://${url.hostname}/`) return url.hostname
  throw new UserError(
    'invalid_argument',
    `RECOLLECT_ALLOWED_HOSTS: found "${withoutSecrets(host)}", allowed is a comma list of names without scheme, port and path, such as memory.example.com.`,
  )
}

/** Only exact origins: a wildcard would let every page call. */
function readOrigin(origin: string): string {
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.origin === origin) return origin
  throw new UserError(
    'invalid_argument',
    `RECOLLECT_CORS_ORIGINS: found "${withoutSecrets(origin)}", allowed is a comma list of exact origins, such as https://app.example.com; * is not.`,
  )
}

function readCount(settings: Environment, name: string, fallback: number): number {
  const value = settings[name]?.trim() || undefined
  if (value === undefined) return fallback
  if (/^[1-9]\d{0,6}$/.test(value)) return Number(value)
  throw new UserError(
    'invalid_argument',
    `${name}: found "${value}", allowed is a whole number from 1 to 9999999.`,
  )
}
