import type { Timestamp } from '../../core/clock.ts'

/* The part of the port `store.ts` for learned abilities of models, shared by all namespaces of the server. */

export interface StoredLesson {
  readonly baseUrl: string
  readonly model: string
  /** JSON text in the format of `src/llm`. */
  readonly abilities: string
  readonly learnedAt: Timestamp
}

export interface LearnedStore {
  get(baseUrl: string, model: string): Promise<string | undefined>
  put(lesson: StoredLesson): Promise<void>
  /** Sorted by base URL and model. */
  list(): Promise<readonly StoredLesson[]>
  /** Deletes the entries of one model, or all. Returns how many there were. */
  forget(model: { readonly baseUrl: string; readonly model: string } | 'all'): Promise<number>
}
