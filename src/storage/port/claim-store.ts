import type { Agent } from '../../core/agent.ts'
import type { Timestamp } from '../../core/clock.ts'
import type { RunId } from '../../core/ids.ts'
import type { Run } from '../../core/run.ts'
import type { Lease } from './run-store.ts'

/* The part of the port `store.ts` for the leases of runs. */

/** A held lease, with the time that every renewal changes. */
export interface HeldLease extends Lease {
  readonly expiresAt: Timestamp
}

export interface WaitingForModel {
  readonly namespace: string
  readonly runId: RunId
  readonly clientSamples: boolean
  /** The model in the agent's settings, and the one that answered last. */
  readonly model: string | null
  readonly ranOn: string | null
}

/** `Tx`: the transactions of the store. */
export interface Claims<Tx> {
  /**
   * Takes the oldest run of a conversation without a lease, for `owner`: `queued` becomes `running`, and a waiting run whose
   * retry is due continues. One run per conversation at a time, in the order of acceptance. A run accepted by another living
   * process is left to it, because it has the settings that the message was sent to (`Claim`).
   */
  next<T = never>(
    claim: Claim,
    /**
     * Runs in the transaction of the claim, perhaps more than once. If it fails, nothing is claimed. It begins a run that
     * has not started, which is stored as started.
     */
    begin?: (tx: Tx, claimed: Claimed) => Promise<T>,
  ): Promise<Taken<T> | undefined>
  /** Runs of any namespace that wait for a model, and what their agents ask for; the oldest first, at most `limit`. */
  waitingForModel(limit: number): Promise<readonly WaitingForModel[]>
  /** All processes that hold a lease or have accepted a run that is not finished. */
  owners(): Promise<readonly string[]>
  /**
   * All leases. No clock decides when one has expired, since clocks differ: it has when an observer saw no renewal for
   * the lease time.
   */
  held(): Promise<readonly HeldLease[]>
  /** Ends a lease that was not renewed, and frees its run. False: it was renewed or released meanwhile. */
  expire(lease: HeldLease, at: Timestamp): Promise<boolean>
  /** Releases all leases and accepted runs of `owner`. */
  abandon(owner: string, at: Timestamp): Promise<void>
}

export interface Claimed {
  /** Its start is that before the claim. */
  readonly run: Run
  readonly agent: Agent
  /** Its conversation was handed off. */
  readonly isRouted: boolean
  readonly lease: Lease
}

/** A run that was claimed, and what its claim began. */
export interface Taken<T> extends Claimed {
  readonly begun?: T
  /** No other run was free. */
  readonly isOnly: boolean
}

export interface Claim {
  readonly owner: string
  /** A run is known to be free, so it is not looked for before the transaction. */
  readonly isExpected?: boolean
  readonly now: Timestamp
  readonly expiresAt: Timestamp
  /** Runs free since before this time are taken from an acceptor whose state is unknown, */
  readonly orphanedBefore: Timestamp
  /** and runs free since before this time even from a living one, which may be suspended or overloaded. */
  readonly strandedBefore?: Timestamp
  /**
   * Owners known to be alive: their runs are left to them, because they have the settings that the messages were sent
   * to.
   */
  readonly living?: readonly string[]
  /** Runs not to take, because this process works on them or lets them rest. */
  readonly except?: readonly RunId[]
  /** Runs whose retry is due, whatever the clock says. */
  readonly due?: readonly RunId[]
}
