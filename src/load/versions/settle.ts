import type { Timestamp } from '../../core/clock.ts'
import type { ArchiveId, PassageId } from '../../core/ids.ts'
import type { Store, Transaction } from '../../storage/port/store.ts'
import { findGone, findMisplaced, type Placed } from './pair.ts'

/** Passages in one transaction: that takes milliseconds. Chosen by hand. */
const AT_ONCE = 100
const READ_AT_ONCE = 500

/** A job, or a transaction of one. */
export interface SettleWork {
  readonly store: { readonly passages: Pick<Store['passages'], 'ofSource'> }
  readonly save: (work: (tx: Transaction, at: Timestamp) => Promise<void>) => Promise<void>
}

export interface Settled {
  /** Passages that newer ones replace. */
  readonly replaced: number
  /** Passages that are gone without a successor. */
  readonly retired: number
}

/**
 * Makes the version the only current one of its source, in its order; an empty one retires all of it. Stopped in the
 * middle, the same again ends it.
 */
export async function settle(
  { store, save }: SettleWork,
  archiveId: ArchiveId,
  source: string,
  version: readonly Placed[],
  at: Timestamp,
): Promise<Settled> {
  const positions = new Map<PassageId, number>()
  for (let after = 0; ; ) {
    const page = { after, at, limit: READ_AT_ONCE }
    const passages = await store.passages.ofSource(archiveId, source, page)
    for (const { id, position } of passages) positions.set(id, position)
    const last = passages.at(-1)
    if (!last || passages.length < READ_AT_ONCE) break
    after = last.position
  }
  // A text that a file has twice is one passage.
  const order = [...new Map(version.map((placed) => [placed.id, placed])).values()]
  const gone = findGone([...positions.keys()], order)
  const ids = order.map(({ id }) => id)
  const misplaced = findMisplaced(ids, positions)
  for (const slice of slices(misplaced))
    await save((tx, now) => tx.passages.arrange(archiveId, slice, now))
  for (const slice of slices(gone)) await save((tx) => tx.passages.retire(archiveId, slice, at))
  const replaced = gone.filter(({ by }) => by !== null).length
  return { replaced, retired: gone.length - replaced }
}

function slices<T>(all: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(all.length / AT_ONCE)
  return Array.from({ length: count }, (_, index) =>
    all.slice(index * AT_ONCE, (index + 1) * AT_ONCE),
  )
}
