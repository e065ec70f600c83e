import { type Paint, painterFor } from '../terminal/style.ts'
import { visible, visibleLine } from '../terminal/visible.ts'

/** Output of a conversation. If stdout is not a terminal, only replies go there and everything else goes to stderr. */
export interface Screen {
  readonly paint: Paint
  reply(name: string, text: string): void
  /** The next words of a reply that is still being written. Shown on a terminal only. */
  words(name: string, text: string): void
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
  /** The reply as far as its words were shown; its line is still open. */
  let written = ''

  const clear = () => {
    if (hasStatus) out.write('\r\u001B[K')
    hasStatus = false
  }
  const endReply = () => {
    if (written !== '') out.write('\n')
    written = ''
  }
  const print = (stream: NodeJS.WriteStream, text: string) => {
    clear()
    endReply()
    stream.write(`${text}\n`)
  }

  return {
    paint,
    reply(name, text) {
      // The reply that is stored counts; words that were shown before it are its beginning.
      if (written !== '' && text.startsWith(written)) {
        out.write(visible(text.slice(written.length)))
        endReply()
        return
      }
      // Two replies of one answer are written one behind the other.
      if (written !== '' && written.startsWith(text)) {
        written = written.slice(text.length)
        return
      }
      print(
        out,
        isTerminal ? `${paint('cyan', `${visibleLine(name)}>`)} ${visible(text)}` : visible(text),
      )
    },
    words(name, text) {
      if (!isTerminal) return
      clear()
      if (written === '') out.write(`${paint('cyan', `${visibleLine(name)}>`)} `)
      written += text
      out.write(visible(text))
    },
    user: (text) => print(out, `${paint('green', 'you>')} ${visible(text)}`),
    note: (text) => print(aside, paint('dim', visible(text))),
    problem: (text) => print(aside, paint('red', visible(text))),
    status(text) {
      if (!isTerminal || written !== '') return
      clear()
      out.write(paint('dim', visibleLine(text).slice(0, (out.columns ?? 80) - 1)))
      hasStatus = text !== ''
    },
  }
}
