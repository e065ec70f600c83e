/**
 * A longer gap between two looks means that this process or its machine was suspended. The lease owners may have been
 * suspended too, so the time of the gap does not count. Chosen by hand.
 */
const MAX_GAP_MILLISECONDS = 2_000

interface WatchedLease {
  readonly owner: string
  readonly fence: number
  /** Changes with every renewal. */
  readonly expiresAt: string
}

export interface LeaseWatch<Lease> {
  /** Given all current leases, returns those not renewed for the length of a lease. */
  look(leases: readonly Lease[]): readonly Lease[]
}

interface Seen<Lease> {
  readonly lease: Lease
  readonly unchangedMilliseconds: number
}

/**
 * Finds expired leases by how long this process has seen them unchanged. Wall clocks are not reliable for this: they
 * are set, they differ between machines, and after sleep every stored time is in the past.
 */
export function createLeaseWatch<Lease extends WatchedLease>(
  leaseMilliseconds: number,
  /** Names the leased thing: a conversation or a job, with its namespace. */
  subjectOf: (lease: Lease) => readonly string[],
  now: () => number = () => performance.now(),
): LeaseWatch<Lease> {
  const keyOf = (lease: Lease) => JSON.stringify([...subjectOf(lease), lease.owner, lease.fence])
  let seen: ReadonlyMap<string, Seen<Lease>> = new Map()
  let lookedAt = now()
  return {
    look(leases) {
      const gap = Math.min(now() - lookedAt, MAX_GAP_MILLISECONDS)
      lookedAt = now()
      const looked = leases.map((lease): Seen<Lease> => {
        const before = seen.get(keyOf(lease))
        const isUnchanged = before?.lease.expiresAt === lease.expiresAt
        return {
          lease,
          unchangedMilliseconds: isUnchanged ? before.unchangedMilliseconds + gap : 0,
        }
      })
      seen = new Map(looked.map((one) => [keyOf(one.lease), one]))
      return looked
        .filter(({ unchangedMilliseconds }) => unchangedMilliseconds >= leaseMilliseconds)
        .map(({ lease }) => lease)
    },
  }
}
