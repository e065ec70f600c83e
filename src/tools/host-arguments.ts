import { UserError } from '../core/errors.ts'

/* Arguments of host calls come from code of users, so each is checked when it is read. */

type Args = Readonly<Record<string, unknown>>

/** A text; `fallback` stands in for an absent one. Throws UserError. */
export function readText(args: Args, name: string, fallback?: string): string {
  const value = args[name] ?? fallback
  if (typeof value === 'string') return value
  throw new UserError('invalid_argument', `${name} must be given, as a text.`)
}

export function readTexts(args: Args, name: string): readonly string[] {
  const value = args[name] ?? []
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value
  throw new UserError('invalid_argument', `${name} must be a list of texts.`)
}

/** A whole number from 1 to `most`. */
export function readWhole(args: Args, name: string, fallback: number, most: number): number {
  const value = args[name] ?? fallback
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) {
    return value
  }
  throw new UserError('invalid_argument', `${name} must be a whole number from 1 to ${most}.`)
}
