import { withDeadline } from '../../core/deadline.ts'
import type { Change } from '../../core/event.ts'
import type { RunId } from '../../core/ids.ts'
import { isSettled } from '../../core/run.ts'
import type { Store } from '../../storage/port/store.ts'

export type OnChange = (listener: (change: Change) => void) => () => void

interface Waiting {
  readonly store: Pick<Store, 'runs'>
  readonly onChange: OnChange
  /** Runs that need no look at first. */
  readonly unsettled: ReadonlySet<string>
}

/**
 * Returns when the run is settled or gone, `milliseconds` have passed, or `signal` fires. It subscribes before it
 * looks, so that no change is missed in between.
 */
export async function waitSettled(
  { store, onChange, unsettled }: Waiting,
  id: RunId,
  milliseconds: number,
  signal?: AbortSignal,
): Promise<void> {
  const changed = createFlag()
  let isKnown = false
  const stopListening = onChange((change) => {
    // Deleting an agent deletes its runs without a change event for each run.
    if (change.kind !== 'agent' && change.subjectId !== id) return
    if (change.run && !isSettled(change.run)) return
    isKnown = change.run !== undefined
    changed.raise()
  })
  try {
    await withDeadline(signal, milliseconds, async (over) => {
      over.addEventListener('abort', changed.raise, { once: true })
      let isOpen = unsettled.has(id)
      for (;;) {
        if (!isOpen) {
          const state = await store.runs.state(id)
          if (!state || isSettled(state)) return
        }
        if (over.aborted) return
        isOpen = false
        await changed.next()
        // A change told of the end.
        if (isKnown) return
      }
    })
  } finally {
    stopListening()
  }
}

/** A flag to wait for. If raised while nobody waits, it stays raised for the next waiter. */
function createFlag() {
  let raised = false
  let resolve: (() => void) | undefined
  return {
    raise(): void {
      raised = true
      resolve?.()
    },
    async next(): Promise<void> {
      if (!raised) {
        await new Promise<void>((done) => {
          resolve = done
        })
      }
      raised = false
    },
  }
}
