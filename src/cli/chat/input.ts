import { createInterface, type Interface } from 'node:readline'

export interface Input {
  /** The next message; undefined at the end of input. A trailing backslash continues on the next line. */
  next(prompt: string): Promise<string | undefined>
  /** Sets the listener for Ctrl+C outside of `next`. */
  onInterrupt(listener: () => void): void
  close(): void
}

/** Chosen by hand. */
const KEPT_LINES = 500

/** Reads the user's messages. `past` holds earlier ones, newest first, for the arrow keys. */
export function openInput(past: readonly string[]): Input {
  const isTerminal = process.stdin.isTTY === true
  const lines = createInterface({
    input: process.stdin,
    ...(isTerminal && { output: process.stdout }),
    terminal: isTerminal,
    history: past.map((text) => text.replaceAll('\n', ' ')),
    historySize: KEPT_LINES,
    removeHistoryDuplicates: true,
  })
  const arrived: string[] = []
  let waiting: ((line: string | undefined) => void) | undefined
  let isOver = false
  let interrupted = () => {}

  const hand = (line: string | undefined) => {
    const take = waiting
    waiting = undefined
    take?.(line)
  }
  lines.on('line', (line) => (waiting ? hand(line) : arrived.push(line)))
  lines.on('close', () => {
    isOver = true
    hand(undefined)
  })
  lines.on('SIGINT', () => (waiting ? clearLine(lines) : interrupted()))

  const nextLine = (prompt: string) =>
    new Promise<string | undefined>((resolve) => {
      const line = arrived.shift()
      if (line !== undefined || isOver) return resolve(line)
      waiting = resolve
      if (isTerminal) {
        lines.setPrompt(prompt)
        lines.prompt()
      }
    })

  return {
    async next(prompt) {
      let text = ''
      for (let mark = prompt; ; mark = '… ') {
        const line = await nextLine(mark)
        if (line === undefined) return text === '' ? undefined : text
        if (!line.endsWith('\\')) return text + line
        text += `${line.slice(0, -1)}\n`
      }
    },
    onInterrupt(listener) {
      interrupted = listener
    },
    close: () => lines.close(),
  }
}

/** At the prompt, Ctrl+C clears the line. */
function clearLine(lines: Interface): void {
  const hint = lines.line === '' ? '(Ctrl+D or /quit ends the conversation.)' : ''
  process.stdout.write(`${hint}\n`)
  lines.write(null, { ctrl: true, name: 'e' })
  lines.write(null, { ctrl: true, name: 'u' })
  lines.prompt()
}
