import { type Clock, toTimestamp } from '../../core/clock.ts'
import { describeError, type Log } from '../../core/log.ts'
import { createLeaseWatch } from '../../leases/lease-watch.ts'
import { hasEnded, isAlive } from '../../leases/owner.ts'
import type { Claim, Claims, HeldLease, Transaction } from '../../storage/port/store.ts'
import { createSteadiness } from './steadiness.ts'

/** After this many leases a run is taken even from a live process, which may be suspended or stuck. Chosen by hand. */
const STRANDED_LEASES = 10

export interface SweepOptions {
  readonly claims: Claims<Transaction>
  readonly owner: string
  readonly clock: Clock
  readonly leaseMilliseconds: number
  readonly log: Log
  /** This process holds that lease and works under it. */
  readonly isActive: (lease: HeldLease) => boolean
}

/** Frees the runs of processes that have ended or no longer respond. */
export interface Sweep {
  run(): Promise<void>
  /** The live owners that keep their runs, and the ages from which a run is claimed all the same. */
  limits(): Pick<Claim, 'living' | 'orphanedBefore' | 'strandedBefore'>
}

export function createSweep(options: SweepOptions): Sweep {
  const { claims, owner, clock, leaseMilliseconds, log, isActive } = options
  const leases = createLeaseWatch(leaseMilliseconds, ({ namespace, conversationId }: HeldLease) => [
    namespace,
    conversationId,
  ])
  const steadiness = createSteadiness(clock)
  let living: readonly string[] = []

  /** Leases of dead processes need not expire first. */
  async function abandonEnded(): Promise<void> {
    const others = (await claims.owners()).filter((other) => other !== owner)
    living = others.filter(isAlive)
    for (const other of others.filter(hasEnded)) {
      log('info', 'taking over from a process that has ended', { owner: other })
      await claims.abandon(other, toTimestamp(clock()))
    }
  }

  /** Expires leases of our own that no work belongs to and that could not be released. */
  async function expireLeases(): Promise<void> {
    const lapsed = leases.look(await claims.held()).filter((lease) => !isActive(lease))
    for (const lease of lapsed) {
      log('info', 'a lease has run out', { owner: lease.owner, conversation: lease.conversationId })
      await claims.expire(lease, toTimestamp(clock()))
    }
  }

  /** Empty: no run is old enough. */
  function before(milliseconds: number): string {
    return steadiness.lasts(milliseconds) ? toTimestamp(clock() - milliseconds) : ''
  }

  return {
    async run() {
      steadiness.look()
      try {
        await abandonEnded()
        await expireLeases()
      } catch (error) {
        log('warn', 'abandoned runs could not be looked for', { error: describeError(error) })
      }
    },
    limits: () => ({
      living,
      orphanedBefore: before(leaseMilliseconds),
      strandedBefore: before(STRANDED_LEASES * leaseMilliseconds),
    }),
  }
}
