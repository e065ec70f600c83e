import type { Timestamp } from '../../core/clock.ts'
import { parseMoment } from '../../core/dates.ts'

/** A date argument of a call; errors use the parameter name that the model knows. */
export function dateOf<Name extends string>(
  args: { readonly [name in Name]?: string | undefined },
  name: Name,
  edge: 'start' | 'end',
  timezone: string,
): Timestamp | undefined {
  const text = args[name]
  return text === undefined || NOTHING.test(text)
    ? undefined
    : parseMoment(name, text, edge, timezone)
}

/** Models write these for a date that they leave out. */
const NOTHING = /^\s*(?:null|none|undefined)?\s*$/i
