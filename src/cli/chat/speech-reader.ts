import type { Context } from './port.ts'

type Event = Parameters<Parameters<Context['runs']['onProgress']>[1]>[0]

/** Picks the words for the user out of the events of a run. */
export class SpeechReader {
  /** Numbers of the parts of the present answer that are speech. */
  readonly #parts = new Set<number>()

  /** The words that the event brings; empty: none. */
  take(event: Event): string {
    if (event.type === 'answer_started') this.#parts.clear()
    if (event.type === 'part_started' && event.kind === 'speech') this.#parts.add(event.part)
    return event.type === 'part_delta' && this.#parts.has(event.part) ? event.text : ''
  }
}
