import { UserError } from './errors.ts'

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** Whether what goes to this address can be read or changed on its way. */
export function isSafeUrl({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))
}

/** The address without the slash at its end. Throws UserError, in one line, if a setting's value is none that is safe. */
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

/** To be quoted: keys are put into addresses before an @, and behind a ? or #. */
export function withoutSecrets(value: string): string {
  return value.replace(/^(.*\/\/)?.*@/, '$1…@').replace(/([?#]).*$/, '$1…')
}
