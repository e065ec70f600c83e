import { UserError } from '../core/errors.ts'

/**
 * Hosts that may be fetched. Only public addresses over https are ever reached. `hosts`: lower-case host names, exact
 * matches; `*.example.com` matches every subdomain of example.com, not example.com itself.
 */
export type FetchRule =
  | { readonly kind: 'none' }
  | { readonly kind: 'public' }
  | { readonly kind: 'hosts'; readonly hosts: readonly string[] }

export const NO_FETCH: FetchRule = { kind: 'none' }

const HOST = /^(\*\.)?[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62})){0,20}$/

/** Parses `RECOLLECT_FETCH`. Throws UserError, in one line, that names the invalid part. */
export function readFetchRule(value: string | undefined): FetchRule {
  const text = value?.trim().toLowerCase() ?? ''
  if (text === '' || text === 'none') return NO_FETCH
  if (text === 'public') return { kind: 'public' }
  const hosts = text
    .split(',')
    .map((host) => host.trim())
    .filter((host) => host !== '')
  const wrong = hosts.find((host) => !HOST.test(host) || host === 'none' || host === 'public')
  if (wrong === undefined && hosts.length > 0) return { kind: 'hosts', hosts }
  throw new UserError(
    'invalid_argument',
    `RECOLLECT_FETCH: found "${wrong ?? text}", allowed is none, public, or a comma list of host names such as example.com,*.example.org.`,
  )
}

/** A lower-case host name, or `*.` and one. */
export function isHostPattern(text: string): boolean {
  return HOST.test(text)
}

export function allowsHost(rule: FetchRule, hostname: string): boolean {
  if (rule.kind !== 'hosts') return rule.kind === 'public'
  const host = hostname.toLowerCase().replace(/\.$/, '')
  return rule.hosts.some((allowed) =>
    allowed.startsWith('*.') ? host.endsWith(allowed.slice(1)) : host === allowed,
  )
}
