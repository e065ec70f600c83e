import type { Change } from '../../core/event.ts'
import { describeError, type Log } from '../../core/log.ts'
import { paced } from '../../core/paced.ts'
import type { ChangeLog, Logged } from '../port/store.ts'

/** Interval for noticing changes of other processes. Chosen by hand. */
const INTERVAL_MILLISECONDS = 125
const MAX_AT_ONCE = 1_000
const MAX_REST_MILLISECONDS = 100

/**
 * Delivers every change once, in order, starting with those after the call: own changes soon after their commit, others
 * within the interval.
 */
export async function pollChanges(
  changes: ChangeLog,
  publish: (change: Change) => void,
  log: Log,
): Promise<{ stop(): void }> {
  let last = await changes.head()
  let stopped = false
  /** The last read failed, so changes may be pending. */
  let failed = false
  /** A read may tell of the same changes. */
  let isReading = false

  /** By number. */
  const untold = new Map<number, Change>()

  function tell(change: Change): void {
    // Told by its commit while the log was read.
    if (changes.isInOrder && change.seq <= last) return
    last = change.seq
    // A change of this process comes with its state, also when the log tells of it.
    publish(untold.get(change.seq) ?? change)
    untold.delete(change.seq)
  }

  async function readNew(): Promise<void> {
    failed = false
    isReading = true
    try {
      for (;;) {
        const found = stopped ? [] : await changes.after(last, MAX_AT_ONCE)
        for (const change of found) tell(change)
        if (found.length < MAX_AT_ONCE) return
      }
    } catch (error) {
      failed = true
      log('warn', 'changes could not be read', { error: describeError(error) })
    } finally {
      isReading = false
    }
  }
  const reading = paced(readNew, { least: 0, most: MAX_REST_MILLISECONDS })

  /** An error in this timer would end the process; it is reported when the changes are read. */
  function mayHaveChanged(): boolean {
    try {
      return changes.mayHaveChanged()
    } catch {
      return true
    }
  }

  /** Own commits that follow what was published need no reading; listeners hear of them outside of the commit. */
  const committed: Logged[] = []
  let telling: NodeJS.Immediate | undefined
  function tellCommitted(): void {
    telling = undefined
    const own = committed.splice(0)
    for (const { changes: next, before } of own) {
      if (stopped) return
      // Where numbers are in order, a number tells that a change was read before.
      const isNext = changes.isInOrder
        ? before !== null && before <= last
        : before === last && !isReading
      if (!isNext) {
        // Changes of another process may lie between.
        reading.ask()
        return
      }
      for (const change of next) tell(change)
    }
    // Changes that others log out of order come with notices, so the next look would find only told ones.
    if (!changes.isInOrder) mayHaveChanged()
  }

  changes.onCommit((logged) => {
    if (logged.changes.length === 0) return
    committed.push(logged)
    for (const change of logged.changes) if (change.run) untold.set(change.seq, change)
    telling ??= setImmediate(tellCommitted)
  })
  changes.onNotice(reading.ask)
  const timer = setInterval(() => {
    if (failed || mayHaveChanged()) reading.ask()
  }, INTERVAL_MILLISECONDS)
  timer.unref()
  return {
    stop() {
      stopped = true
      clearImmediate(telling)
      clearInterval(timer)
      void reading.stop()
    },
  }
}
