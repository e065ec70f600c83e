import { UserError } from './errors.ts'

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** Whether traffic to this address is safe from eavesdroppers: https, or plain http to this machine. */
export function isSafeUrl({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))
}

/** The address without a trailing slash. Throws UserError, in one line, if a setting's value is no safe URL. */
export function readUrl(name: string, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined
  const plain =
    url !== undefined &&
    url.search === '' &&
    url.hash === '' &&
    `${url.username}${url.password}` === ''
  if (plain && isSafeUrl(url)) return url.href.replace(/\/$/, '')
  throw new UserError(
    'invalid_argument',
    `${name}: found "${withoutSecrets(value)}", allowed is an https:// address without user, query and fragment; http:// on loopback only.`,
  )
}

/** The address fit to be quoted: keys hide before an @ and behind a ? or #. */
export function withoutSecrets(value: string): string {
  return value.replace(/^(.*\/\/)?.*@/, '$1…@').replace(/([?#]).*$/, '$1…')
}
