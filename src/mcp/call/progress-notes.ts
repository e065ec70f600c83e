import type { AgentEvent, PartKind } from '../../core/event.ts'
import type { NoteKind } from './define-tool.ts'

/** Progress messages in one second, at most. Chosen by hand. */
const MAX_MESSAGES = 10
const WINDOW_MILLISECONDS = 1_000
/** Words that come faster share a message. */
const WORDS_MILLISECONDS = WINDOW_MILLISECONDS / MAX_MESSAGES

interface Note {
  readonly kind: NoteKind
  text: string
}

export interface ProgressNotes {
  take(event: AgentEvent): void
  /** A heartbeat. */
  wait(text: string): void
  /** Sends the words that still wait, in one message. */
  end(): void
}

/** Kinds of text that come in pieces. */
const STREAMED: ReadonlySet<NoteKind> = new Set(['words', 'thinking'])

/**
 * Tells a caller what an agent does: its steps, its tool calls, and its words as they come; its thinking only to a
 * caller that asked for it. Each message with words carries those that are new, so that joined they are what the agent
 * says.
 */
export function createProgressNotes(
  send: (message: string, kind: NoteKind) => void,
  showsThinking = false,
): ProgressNotes {
  const waiting: Note[] = []
  /** When the messages of the last second were sent. */
  let sent: readonly number[] = []
  let timer: NodeJS.Timeout | undefined

  function add(kind: NoteKind, text: string): void {
    const last = waiting.at(-1)
    if (STREAMED.has(kind) && last?.kind === kind) last.text += text
    else waiting.push({ kind, text })
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
      send(next.text, next.kind)
    }
  }

  function pauseBefore({ kind }: Note, now: number): number {
    sent = sent.filter((at) => now - at < WINDOW_MILLISECONDS)
    if (sent.length >= MAX_MESSAGES) return (sent[0] ?? now) + WINDOW_MILLISECONDS - now
    // Words that something else follows wait for no more words.
    const last = sent.at(-1)
    const isOpen = STREAMED.has(kind) && waiting.length === 1 && last !== undefined
    return isOpen ? Math.max(0, last + WORDS_MILLISECONDS - now) : 0
  }

  const kinds = new Map<number, NoteKind>()
  return {
    take(event) {
      switch (event.type) {
        case 'step_started':
          return add('step', `Step ${event.step}`)
        case 'tool_called':
          return add('call', `Calling ${event.toolName}`)
        case 'answer_started':
          return kinds.clear()
        case 'part_started': {
          const kind = noteKindOf(event.kind, showsThinking)
          if (kind !== undefined) kinds.set(event.part, kind)
          return
        }
        case 'part_delta': {
          const kind = kinds.get(event.part)
          if (kind !== undefined) add(kind, event.text)
          return
        }
      }
    },
    wait: (text) => add('wait', text),
    end() {
      clearTimeout(timer)
      const words = waiting.filter(({ kind }) => kind === 'words').map(({ text }) => text)
      if (words.length > 0) send(words.join(''), 'words')
      waiting.length = 0
    },
  }
}

function noteKindOf(kind: PartKind, showsThinking: boolean): NoteKind | undefined {
  if (kind === 'speech') return 'words'
  return kind === 'reasoning' && showsThinking ? 'thinking' : undefined
}
