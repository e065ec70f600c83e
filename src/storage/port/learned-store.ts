import type { Timestamp } from '../../core/clock.ts'

/* The part of the port `store.ts` that holds what was learnt of models. It belongs to the server, not to a namespace. */

export interface StoredLesson {
  readonly baseUrl: string
  readonly model: string
  /** JSON text, in the words of `src/llm`. */
  readonly abilities: string
  readonly learnedAt: Timestamp
}

export interface LearnedStore {
  get(baseUrl: string, model: string): Promise<string | undefined>
  put(lesson: StoredLesson): Promise<void>
  /** By base URL and model. */
  list(): Promise<readonly StoredLesson[]>
  /** Of this model, or of all of them. Returns how many there were. */
  forget(model: { readonly baseUrl: string; readonly model: string } | 'all'): Promise<number>
}
