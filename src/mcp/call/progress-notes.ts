import type { AgentEvent } from '../../core/event.ts'

/** Progress messages in one second, at most. */
const MAX_MESSAGES = 10
const WINDOW_MILLISECONDS = 1_000
/** Words that come faster share a message. */
const WORDS_MILLISECONDS = WINDOW_MILLISECONDS / MAX_MESSAGES

interface Note {
  readonly isSpeech: boolean
  text: string
}

export interface ProgressNotes {
  take(event: AgentEvent): void
  note(text: string): void
  /** Sends the words that still wait, in one message. */
  end(): void
}

/**
 * Tells a caller what an agent does: its steps, its tool calls, and its words as they come. Each message with words
 * carries those that are new, so that joined they are what the agent says.
 */
export function createProgressNotes(send: (message: string) => void): ProgressNotes {
  const waiting: Note[] = []
  /** When the messages of the last second were sent. */
  let sent: readonly number[] = []
  let timer: NodeJS.Timeout | undefined

  function add(isSpeech: boolean, text: string): void {
    const last = waiting.at(-1)
    if (isSpeech && last?.isSpeech) last.text += text
    else waiting.push({ isSpeech, text })
    sendWaiting()
  }

  function sendWaiting(): void {
    clearTimeout(timer)
    for (let next = waiting[0]; next; next = waiting[0]) {
      const pause = pauseBefore(next, performance.now())
      if (pause > 0) {
        timer = setTimeout(sendWaiting, pause)
        return
      }
      waiting.shift()
      sent = [...sent, performance.now()]
      send(next.text)
    }
  }

  function pauseBefore({ isSpeech }: Note, now: number): number {
    sent = sent.filter((at) => now - at < WINDOW_MILLISECONDS)
    if (sent.length >= MAX_MESSAGES) return (sent[0] ?? now) + WINDOW_MILLISECONDS - now
    // Words that something else follows wait for no more words.
    const last = sent.at(-1)
    const isOpen = isSpeech && waiting.length === 1 && last !== undefined
    return isOpen ? Math.max(0, last + WORDS_MILLISECONDS - now) : 0
  }

  const speech = new Set<number>()
  return {
    take(event) {
      switch (event.type) {
        case 'step_started':
          return add(false, `Step ${event.step}`)
        case 'tool_called':
          return add(false, `Calling ${event.toolName}`)
        case 'answer_started':
          return speech.clear()
        case 'part_started':
          if (event.kind === 'speech') speech.add(event.part)
          return
        case 'part_delta':
          if (speech.has(event.part)) add(true, event.text)
          return
      }
    },
    note: (text) => add(false, text),
    end() {
      clearTimeout(timer)
      const words = waiting.filter(({ isSpeech }) => isSpeech).map(({ text }) => text)
      if (words.length > 0) send(words.join(''))
      waiting.length = 0
    },
  }
}
