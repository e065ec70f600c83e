import { UserError } from './errors.ts'

/** Whether it is an IANA time zone that this Node knows, like `Europe/Berlin`. */
export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** Throws a UserError, with `outcome` at its end, if the name is no time zone. */
export function checkTimezone(name: string, outcome: string): void {
  if (isTimezone(name)) return
  throw new UserError(
    'invalid_argument',
    `"${name}" is no time zone. Give a name like Europe/Berlin, or UTC. ${outcome}`,
  )
}
