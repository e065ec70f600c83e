import type { HeldLease } from '../../storage/port/store.ts'

/**
 * Between two looks that are further apart than this the process itself was stopped or its machine slept, and the owners
 * may have been too: that time counts for nobody.
 */
const LONGEST_GAP_MILLISECONDS = 2_000

export interface LeaseWatch {
  /** Given all leases as they are now: those that were not renewed for the length of a lease. */
  look(leases: readonly HeldLease[]): readonly HeldLease[]
}

interface Seen {
  readonly lease: HeldLease
  readonly unchangedMilliseconds: number
}

/**
 * Tells which leases have run out, by how long this process has seen them unchanged. Clocks are set, and those of
 * machines differ; a laptop that wakes up finds every time in the past.
 */
export function createLeaseWatch(
  leaseMilliseconds: number,
  now: () => number = () => performance.now(),
): LeaseWatch {
  let seen: ReadonlyMap<string, Seen> = new Map()
  let lookedAt = now()
  return {
    look(leases) {
      const gap = Math.min(now() - lookedAt, LONGEST_GAP_MILLISECONDS)
      lookedAt = now()
      const looked = leases.map((lease): Seen => {
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

function keyOf({ namespace, agentId, owner, fence }: HeldLease): string {
  return JSON.stringify([namespace, agentId, owner, fence])
}
