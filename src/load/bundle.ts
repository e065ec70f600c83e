import type { Transaction } from '../storage/port/store.ts'
import type { LoadState } from './load-state.ts'
import type { Loading } from './loading.ts'

/** The outcome of a file. */
export type FileEnd =
  | {
      /** It leaves nothing but the state after it. */
      readonly kind: 'seen'
      readonly after: (state: LoadState) => LoadState
    }
  | {
      /** The last of its writes; they may be repeated with another transaction. */
      readonly kind: 'stored'
      readonly passages: number
      readonly store: (tx: Transaction, state: LoadState, at: string) => Promise<LoadState>
    }

/** Files and passages that one transaction ends: that takes milliseconds. Chosen by hand. */
const MAX_STORED = 8
const MAX_PASSAGES = 25
/** Files that left nothing to store, whose number is worth a transaction. Chosen by hand. */
const MAX_SEEN = 200
/** A person sees how far the load is. Chosen by hand. */
const MAX_MILLISECONDS = 500

/** Ends of files, which are stored together: small files would take longer to commit than to store. */
export interface Bundle {
  /** `number` is the place of the file, `key` its key. */
  add(end: FileEnd, number: number, key: string): Promise<void>
  /** Stores what was added. Resolves with the state after it. */
  flush(): Promise<LoadState>
}

export function createBundle({ work, request, begin, clock }: Loading): Bundle {
  let state = begin
  let waiting: { readonly end: FileEnd; readonly key: string }[] = []
  let done = 0
  let since = 0

  async function flush(): Promise<LoadState> {
    const ends = waiting
    waiting = []
    if (ends.length === 0) return state
    // A look at a watched folder that finds nothing writes nothing.
    if (begin.turns > 0 && ends.every(({ end }) => end.kind === 'seen')) {
      for (const { end, key } of ends)
        if (end.kind === 'seen') state = finished(end.after(state), key)
      return state
    }
    state = await work.save(
      async (tx, at) => {
        let reached = state
        for (const { end, key } of ends) {
          const after = end.kind === 'seen' ? end.after(reached) : await end.store(tx, reached, at)
          reached = finished(after, key)
        }
        return reached
      },
      // A plan is made anew when it is interrupted.
      (reached) => (request.dryRun ? { done } : { done, state: JSON.stringify(reached) }),
    )
    return state
  }

  return {
    flush,
    async add(end, number, key) {
      if (waiting.length === 0) since = clock()
      waiting.push({ end, key })
      done = number
      const stored = waiting.filter((one) => one.end.kind === 'stored')
      const passages = stored.reduce(
        (sum, one) => sum + (one.end.kind === 'stored' ? one.end.passages : 0),
        0,
      )
      const isFull =
        stored.length >= MAX_STORED ||
        passages >= MAX_PASSAGES ||
        waiting.length >= MAX_SEEN ||
        clock() - since >= MAX_MILLISECONDS
      if (isFull) await flush()
    },
  }
}

function finished(state: LoadState, key: string): LoadState {
  return { ...state, after: key, batches: 0 }
}
