import { type Clock, toTimestamp } from '../../core/clock.ts'
import type { AgentEvent } from '../../core/event.ts'
import { type AgentId, isId, type RunId } from '../../core/ids.ts'
import { describeError } from '../../core/log.ts'
import type { Run } from '../../core/run.ts'
import type { EmbedQuestion } from '../../memory/embed-question.ts'
import type { Lease, Storage } from '../../storage/port/store.ts'
import { type HeldRun, keepLease } from './held.ts'
import { hasEnded, isAlive } from './owner.ts'
import { type RunTools, workOnRun } from './work-on-run.ts'

export interface WorkerOptions extends Omit<RunTools, 'emit'> {
  readonly emit: (namespace: string, event: AgentEvent) => void
  readonly storage: Storage
  readonly embedQuestion: EmbedQuestion
  /** Signs what this process works on (`ownerName`). */
  readonly owner: string
  readonly clock: Clock
  readonly leaseMilliseconds: number
  /** Agents that this process works for at once. */
  readonly mostRuns: number
}

/** How often it looks for runs that another process left behind, or whose time to try again has come. */
const SWEEP_MILLISECONDS = 1_000
/** After so many leases even a run of a process that lives is taken from it: it may be stopped, or stuck. */
const STRANDED_LEASES = 10

/**
 * Takes runs from the queue, which is the table of runs, and works on them: one run of an agent at a time, in the order
 * in which they were accepted, whichever process accepted them; different agents side by side.
 */
export interface Worker {
  /** Something may be free to be worked on. */
  wake(): void
  /** Something happened to a run: if it was cancelled, by whomever, and this process works on it, that ends at once. */
  stopIfCancelled(namespace: string, runId: string): Promise<void>
  /** The same for an agent that is gone. */
  stopIfDeleted(namespace: string, agentId: string): Promise<void>
  /** Takes nothing more, stops what it works on, and lets go of it for the next process. */
  stop(): Promise<void>
}

interface Work {
  readonly agentId: AgentId
  readonly controller: AbortController
  readonly done: Promise<void>
}

export function createWorker(options: WorkerOptions): Worker {
  const { storage, embedQuestion, owner, clock, leaseMilliseconds, mostRuns, log } = options
  const active = new Map<RunId, Work>()
  let living: readonly string[] = []
  let stopping = false
  let claiming: Promise<void> | undefined
  let wokenWhileClaiming = false

  async function claimAll(): Promise<void> {
    while (!stopping && active.size < mostRuns) {
      const now = clock()
      const claimed = await storage.claims.next({
        owner,
        now: toTimestamp(now),
        expiresAt: toTimestamp(now + leaseMilliseconds),
        orphanedBefore: toTimestamp(now - leaseMilliseconds),
        strandedBefore: toTimestamp(now - STRANDED_LEASES * leaseMilliseconds),
        living,
      })
      if (!claimed) return
      begin(claimed.run, claimed.lease)
    }
  }

  function wake(): void {
    if (stopping) return
    wokenWhileClaiming = claiming !== undefined
    claiming ??= claimAll()
      .catch((error: unknown) =>
        log('error', 'runs could not be claimed', { error: describeError(error) }),
      )
      .finally(() => {
        claiming = undefined
        if (wokenWhileClaiming) wake()
      })
  }

  function begin({ id, agentId }: Run, lease: Lease): void {
    const controller = new AbortController()
    const run: HeldRun = {
      id,
      agentId,
      lease,
      leaseMilliseconds,
      clock,
      store: storage.in(lease.namespace),
      embed: (handles, text) => embedQuestion(lease.namespace, handles, text),
    }
    const stopKeeping = keepLease(
      run,
      () => controller.abort(),
      (error) => log('warn', 'a lease could not be renewed', { error: describeError(error) }),
    )
    const emit = (event: AgentEvent) => options.emit(lease.namespace, event)
    const done = workOnRun(run, { ...options, emit }, controller.signal).finally(() => {
      stopKeeping()
      active.delete(id)
      wake()
    })
    active.set(id, { agentId, controller, done })
  }

  /** Processes that died hold nothing any more: their leases need not run out first. */
  async function sweep(): Promise<void> {
    try {
      const others = (await storage.claims.owners()).filter((other) => other !== owner)
      living = others.filter(isAlive)
      for (const other of others.filter(hasEnded)) {
        if (stopping) break
        log('info', 'taking over from a process that has ended', { owner: other })
        await storage.claims.abandon(other, toTimestamp(clock()))
      }
    } catch (error) {
      log('warn', 'abandoned runs could not be looked for', { error: describeError(error) })
    }
    wake()
  }

  void sweep()
  const timer = setInterval(() => void sweep(), SWEEP_MILLISECONDS)
  timer.unref()

  return {
    wake,
    async stopIfCancelled(namespace, runId) {
      const work = isId('run', runId) ? active.get(runId) : undefined
      if (!work || !isId('run', runId)) return
      try {
        const state = await storage.in(namespace).runs.state(runId)
        if (state?.cancelRequested) work.controller.abort()
      } catch (error) {
        log('warn', 'a run could not be looked at', { error: describeError(error) })
      }
    },
    async stopIfDeleted(namespace, agentId) {
      const works = [...active.values()].filter((work) => work.agentId === agentId)
      if (works.length === 0 || !isId('agent', agentId)) return
      try {
        if (await storage.in(namespace).agents.get(agentId)) return
        for (const { controller } of works) controller.abort()
      } catch (error) {
        log('warn', 'an agent could not be looked at', { error: describeError(error) })
      }
    },
    async stop() {
      stopping = true
      clearInterval(timer)
      await claiming
      const works = [...active.values()]
      for (const { controller } of works) controller.abort()
      await Promise.all(works.map(({ done }) => done))
      await storage.claims.abandon(owner, toTimestamp(clock()))
    },
  }
}
