import { styleText } from 'node:util'

type Format = Parameters<typeof styleText>[0]

/** Puts a text into colours. */
export type Paint = (format: Format, text: string) => string

/** Colours for a terminal that has them, unless NO_COLOR; Node reads that, and TERM and FORCE_COLOR too. */
export function painterFor(stream: NodeJS.WriteStream): Paint {
  return stream.isTTY && stream.hasColors() ? styleText : (_format, text) => text
}
