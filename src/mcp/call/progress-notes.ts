import type { AgentEvent } from '../../core/event.ts'

/** Minimum time between two progress messages (ten a second); chosen by hand. */
const PAUSE_MILLISECONDS = 100

interface Note {
  readonly isSpeech: boolean
  text: string
}

export interface ProgressNotes {
  take(event: AgentEvent): void
  note(text: string): void
  /** Sends any pending words in one last message. */
  end(): void
}

/**
 * Reports an agent's steps, tool calls and streamed words to the caller. Each message carries only new words, so a
 * client that joins the messages gets the whole reply.
 */
export function createProgressNotes(send: (message: string) => void): ProgressNotes {
  const waiting: Note[] = []
  let timer: NodeJS.Timeout | undefined

  function add(isSpeech: boolean, text: string): void {
    const last = waiting.at(-1)
    if (isSpeech && last?.isSpeech) last.text += text
    else waiting.push({ isSpeech, text })
    if (timer === undefined) sendNext()
  }

  function sendNext(): void {
    timer = undefined
    const next = waiting.shift()
    if (next === undefined) return
    timer = setTimeout(sendNext, PAUSE_MILLISECONDS)
    send(next.text)
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
