import { type Paint, painterFor } from '../terminal/style.ts'
import { visible, visibleLine } from '../terminal/visible.ts'

/** Output of a conversation. If stdout is not a terminal, only replies go there and everything else goes to stderr. */
export interface Screen {
  readonly paint: Paint
  reply(name: string, text: string): void
  user(text: string): void
  /** A remark about the conversation. */
  note(text: string): void
  problem(text: string): void
  /** A status line that the next output replaces. */
  status(text: string): void
}

export function openScreen(): Screen {
  const out = process.stdout
  const isTerminal = out.isTTY === true
  const aside = isTerminal ? out : process.stderr
  const paint = painterFor(out)
  let hasStatus = false

  const clear = () => {
    if (hasStatus) out.write('\r\u001B[K')
    hasStatus = false
  }
  const print = (stream: NodeJS.WriteStream, text: string) => {
    clear()
    stream.write(`${text}\n`)
  }

  return {
    paint,
    reply: (name, text) =>
      print(
        out,
        isTerminal ? `${paint('cyan', `${visibleLine(name)}>`)} ${visible(text)}` : visible(text),
      ),
    user: (text) => print(out, `${paint('green', 'you>')} ${visible(text)}`),
    note: (text) => print(aside, paint('dim', visible(text))),
    problem: (text) => print(aside, paint('red', visible(text))),
    status(text) {
      if (!isTerminal) return
      clear()
      out.write(paint('dim', visibleLine(text).slice(0, (out.columns ?? 80) - 1)))
      hasStatus = text !== ''
    },
  }
}
