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
  return text === undefined ? undefined : parseMoment(name, text, edge, timezone)
}
