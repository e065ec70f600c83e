import type { Scope } from '../../core/access.ts'
import { type Clock, type Timestamp, toTimestamp } from '../../core/clock.ts'
import type { AgentId, ConversationId, RunId } from '../../core/ids.ts'
import type { MessageToAgent } from '../../core/message-to-agent.ts'
import type { Run } from '../../core/run.ts'
import type { Purpose } from '../../core/token-use.ts'
import type { EmbedQuery, Lease, Standing, Store, Transaction } from '../../storage/port/store.ts'
import type { Acceptance } from '../inbox/accept-message.ts'
import type { ToolRegistry } from '../tools/tool-registry.ts'

/** A run that this process works on. */
export interface HeldRun {
  readonly id: RunId
  readonly agentId: AgentId
  /** Rights of the caller that started it. */
  readonly scopes: readonly Scope[]
  readonly conversationId: ConversationId
  /** Its tokens are counted under this. */
  readonly purpose: Purpose
  readonly lease: Lease
  readonly leaseMilliseconds: number
  readonly store: Store
  readonly embed: EmbedQuery
  readonly registry: ToolRegistry
  /** Queues a run for a message that a call of this run sends. */
  readonly accept: (
    tx: Transaction,
    message: MessageToAgent,
    acceptance: Omit<Acceptance, 'acceptedBy'>,
  ) => Promise<Run>
  readonly clock: Clock
  /** How long the run has been going on, in milliseconds, by a monotonic clock. */
  readonly elapsed: () => number
}

/** Another process has the conversation now. The caller must stop at once and write nothing. */
export class LostLease extends Error {}

/**
 * Runs a transaction of a step. It verifies and extends the lease first, so a process that was suspended and wakes up
 * late can do no harm. `standing`: the run as the transaction begins.
 */
export async function held<T>(
  run: HeldRun,
  work: (tx: Transaction, at: Timestamp, standing: Standing) => Promise<T>,
): Promise<T> {
  const now = run.clock()
  const expiresAt = toTimestamp(now + run.leaseMilliseconds)
  return run.store.transaction(async (tx) => {
    const standing = await tx.runs.hold(run.lease, expiresAt, run)
    if (!standing) throw new LostLease()
    return work(tx, toTimestamp(now), standing)
  })
}

/** The run as the transaction begins, unless its own writes may have changed that. */
export function ifUnchanged(tx: Transaction, standing: Standing | undefined): Standing | undefined {
  return tx.hasChanged('agent') || tx.hasChanged('run') ? undefined : standing
}

/** Renews the lease during a model or tool call; calls `onLost` once it is lost. Returns a function that ends it. */
export function keepLease(
  run: HeldRun,
  onLost: () => void,
  onError: (error: unknown) => void,
): () => void {
  const timer = setInterval(() => {
    held(run, async () => {}).catch((error: unknown) => {
      if (!(error instanceof LostLease)) return onError(error)
      clearInterval(timer)
      onLost()
    })
  }, run.leaseMilliseconds / 3)
  timer.unref()
  return () => clearInterval(timer)
}

export function isSameLease(one: Lease, other: Lease): boolean {
  return (
    one.namespace === other.namespace &&
    one.conversationId === other.conversationId &&
    one.owner === other.owner &&
    one.fence === other.fence
  )
}
