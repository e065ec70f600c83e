import { styleText } from 'node:util'

type Format = Parameters<typeof styleText>[0]

/** Colours a text. */
export type Paint = (format: Format, text: string) => string

/** Colours for a terminal that supports them. Node honours NO_COLOR, FORCE_COLOR and TERM. */
export function painterFor(stream: NodeJS.WriteStream): Paint {
  return stream.isTTY && stream.hasColors() ? styleText : (_format, text) => text
}
