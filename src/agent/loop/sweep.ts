import { type Clock, toTimestamp } from '../../core/clock.ts'
import { describeError, type Log } from '../../core/log.ts'
import type { Claim, Claims, HeldLease } from '../../storage/port/store.ts'
import { createLeaseWatch } from './lease-watch.ts'
import { hasEnded, isAlive } from './owner.ts'
import { createSteadiness } from './steadiness.ts'

/** After so many leases even a run of a process that lives is taken from it: it may be stopped, or stuck. */
const STRANDED_LEASES = 10

export interface SweepOptions {
  readonly claims: Claims
  readonly owner: string
  readonly clock: Clock
  readonly leaseMilliseconds: number
  readonly log: Log
  /** This process works under that lease. */
  readonly isActive: (lease: HeldLease) => boolean
}

/** Frees what processes left that have ended, or that do not stir. */
export interface Sweep {
  run(): Promise<void>
  /** Whose runs are left to them, and since when a run must have been free to be taken all the same. */
  limits(): Pick<Claim, 'living' | 'orphanedBefore' | 'strandedBefore'>
}

export function createSweep(options: SweepOptions): Sweep {
  const { claims, owner, clock, leaseMilliseconds, log, isActive } = options
  const leases = createLeaseWatch(leaseMilliseconds)
  const steadiness = createSteadiness(clock)
  let living: readonly string[] = []

  /** Leases of dead processes need not run out first. */
  async function abandonEnded(): Promise<void> {
    const others = (await claims.owners()).filter((other) => other !== owner)
    living = others.filter(isAlive)
    for (const other of others.filter(hasEnded)) {
      log('info', 'taking over from a process that has ended', { owner: other })
      await claims.abandon(other, toTimestamp(clock()))
    }
  }

  /** One of our own that nobody works under could not be let go of. */
  async function expireLeases(): Promise<void> {
    const lapsed = leases.look(await claims.held()).filter((lease) => !isActive(lease))
    for (const lease of lapsed) {
      log('info', 'a lease has run out', { owner: lease.owner, agent: lease.agentId })
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
