import { type Clock, toTimestamp } from '../../core/clock.ts'
import type { AgentEvent, RunState } from '../../core/event.ts'
import { isId, type RunId } from '../../core/ids.ts'
import { describeError } from '../../core/log.ts'
import { once } from '../../core/once.ts'
import type { Run } from '../../core/run.ts'
import { purposeOf } from '../../core/token-use.ts'
import type { EmbedQuestion } from '../../memory/embed-question.ts'
import type { Claim, Claimed, Storage, Transaction } from '../../storage/port/store.ts'
import { acceptMessage } from '../inbox/accept-message.ts'
import { withClientTools } from '../tools/client-tools.ts'
import type { ToolRegistry } from '../tools/tool-registry.ts'
import { advanceIn, type Next, newIds } from './advance.ts'
import { createAside, type Rest } from './aside.ts'
import { createClaiming } from './claiming.ts'
import { type HeldRun, isSameLease, keepLease } from './held.ts'
import { createModelWatch } from './model-watch.ts'
import type { RunTools } from './run-tools.ts'
import { createSweep } from './sweep.ts'
import { restAfter } from './trouble.ts'
import { type WorkEnd, workOnRun } from './work-on-run.ts'

export interface WorkerOptions extends Omit<RunTools, 'emit' | 'isWatched'> {
  readonly emit: (namespace: string, event: AgentEvent) => void
  readonly isWatched: (namespace: string, runId: RunId) => boolean
  readonly storage: Storage
  readonly embedQuestion: EmbedQuestion
  readonly registryOf: (namespace: string) => ToolRegistry
  /** Signs the leases of this process (`ownerName`). */
  readonly owner: string
  readonly clock: Clock
  readonly leaseMilliseconds: number
  /** Number of runs that this process works on at once. */
  readonly mostRuns: number
}

/** How often it looks for runs left by other processes, or due for another try. Chosen by hand. */
const MAX_SWEEP_MILLISECONDS = 1_000

/**
 * Takes runs from the queue, which is the table of runs. Each conversation has one run at a time, in the order of
 * acceptance, whichever process accepted them; different conversations run in parallel, also those of one agent.
 */
export interface Worker {
  /** A run may be free to work on: this one, or any. */
  wake(run?: Pick<Run, 'conversationId'>): void
  /** This process works on the run. */
  isAtWork(runId: string): boolean
  /**
   * A run has changed. If it was cancelled, by any process, and this process works on it, the work stops at once.
   * `state`: what it is now, if that is known.
   */
  stopIfCancelled(namespace: string, runId: string, state?: RunState): Promise<void>
  /** The same for a deleted agent. */
  stopIfDeleted(namespace: string, agentId: string): Promise<void>
  /** Takes no more runs, stops the work in progress, and releases it for the next process. */
  stop(): Promise<void>
}

/** A claimed run. */
interface Taken {
  readonly run: HeldRun
  readonly rest: Rest | undefined
  /** The first thing to do; undefined: that is to be found out. */
  readonly next: Next | undefined
  /** No other run was free. */
  readonly isOnly: boolean
}

interface Work {
  readonly run: HeldRun
  readonly controller: AbortController
  readonly done: Promise<void>
}

export function createWorker(options: WorkerOptions): Worker {
  const { storage, embedQuestion, owner, clock, leaseMilliseconds, mostRuns, log } = options
  /** Runs that this process works on; they are never claimed again, whatever happens to their leases. */
  const active = new Map<RunId, Work>()
  const aside = createAside()
  const sweep = createSweep({
    claims: storage.claims,
    owner,
    clock,
    leaseMilliseconds,
    log,
    isActive: (held) => [...active.values()].some(({ run }) => isSameLease(run.lease, held)),
  })
  let stopping = false
  let looking: Promise<void> | undefined

  /** Claims a run and opens its step in one transaction. If it can't be opened, the work on it finds out why. */
  async function claimNext(isExpected: boolean): Promise<Taken | undefined> {
    const now = clock()
    const claim: Claim = {
      owner,
      isExpected,
      now: toTimestamp(now),
      expiresAt: toTimestamp(now + leaseMilliseconds),
      except: [...active.keys(), ...aside.resting()],
      due: aside.due(),
      ...sweep.limits(),
    }
    // The same for each try of the transaction.
    const ids = once(newIds)
    const open = async (tx: Transaction, claimed: Claimed) => {
      const rest = aside.find(claimed.run.id)
      const run = heldRun(claimed, rest)
      const { budget } = options
      const advance = { budget, takenUp: true, ids: ids(), at: claim.now, known: { claimed } }
      const next = await advanceIn(tx, run, advance)
      return { run, rest, next }
    }
    try {
      const taken = await storage.claims.next(claim, open)
      return taken?.begun && { ...taken.begun, isOnly: taken.isOnly }
    } catch (error) {
      log('debug', 'a run is claimed alone', { error: describeError(error) })
    }
    const claimed = await storage.claims.next(claim)
    if (!claimed) return undefined
    const rest = aside.find(claimed.run.id)
    return { run: heldRun(claimed, rest), rest, next: undefined, isOnly: claimed.isOnly }
  }

  function heldRun(
    { run, lease }: Pick<Claimed, 'run' | 'lease'>,
    rest: Rest | undefined,
  ): HeldRun {
    return {
      id: run.id,
      agentId: run.agentId,
      conversationId: run.conversationId,
      scopes: run.scopes,
      purpose: purposeOf(run),
      lease,
      leaseMilliseconds,
      clock,
      elapsed: rest?.elapsed ?? stopwatch(run, clock()),
      store: storage.in(lease.namespace),
      embed: (handles, text) => embedQuestion(lease.namespace, handles, text),
      registry: withClientTools(options.registryOf(lease.namespace), run.clientTools ?? []),
      accept: (tx, message, acceptance) =>
        acceptMessage(tx, options.models, message, { ...acceptance, acceptedBy: owner }),
    }
  }

  const claiming = createClaiming({
    mostRuns,
    atWork: () => active.size,
    isFree: (id) => ![...active.values()].some(({ run }) => run.conversationId === id),
    claim: claimNext,
    begin,
    log,
  })

  function begin({ run, rest, next }: Taken): void {
    const { id, agentId, lease } = run
    aside.take(id)
    const controller = new AbortController()
    const stopKeeping = keepLease(
      run,
      () => controller.abort(),
      (error) => log('warn', 'a lease could not be renewed', { error: describeError(error) }),
    )
    const emit = (event: AgentEvent) => options.emit(lease.namespace, event)
    const isWatched = (runId: RunId) => options.isWatched(lease.namespace, runId)
    const tools = { ...options, emit, isWatched }
    const work: Work = {
      run,
      controller,
      done: workOnRun(run, tools, controller.signal, next).then((end) => {
        emit({ type: 'run_left', runId: id, agentId })
        stopKeeping()
        putAside(run, end, rest)
        // Another worker may have the run already: this is the end of our work only.
        if (active.get(id) === work) active.delete(id)
        claiming.ended(end.kind === 'let_go' && end.isLast === true)
      }),
    }
    active.set(id, work)
  }

  function putAside({ id, elapsed }: HeldRun, end: WorkEnd, before: Rest | undefined): void {
    if (end.kind === 'let_go') return
    if (end.kind === 'waits') {
      aside.put(id, { milliseconds: end.milliseconds, troubles: 0, elapsed })
      return
    }
    const troubles = end.progressed ? 0 : (before?.troubles ?? 0)
    const milliseconds = restAfter(troubles)
    aside.put(id, { milliseconds, troubles: troubles + 1, elapsed })
    setTimeout(() => claiming.wake(), milliseconds).unref()
  }

  const modelWatch = createModelWatch({
    storage,
    models: options.models,
    owner,
    clock,
    log,
    wake: () => claiming.wake(),
  })

  async function look(): Promise<void> {
    await sweep.run()
    claiming.wake()
    // Listing a server's models may take a while; nothing here waits for it.
    if (!stopping) looking = modelWatch.look()
  }

  void look()
  const period = Math.min(MAX_SWEEP_MILLISECONDS, leaseMilliseconds / 3)
  const timer = setInterval(() => void look(), period)
  timer.unref()

  return {
    wake: claiming.wake,
    isAtWork: (runId) => isId('run', runId) && active.has(runId),
    async stopIfCancelled(namespace, runId, known) {
      const work = isId('run', runId) ? active.get(runId) : undefined
      if (!work || !isId('run', runId)) return
      try {
        const state = known ?? (await storage.in(namespace).runs.state(runId))
        if (state?.cancelRequested) work.controller.abort()
      } catch (error) {
        log('warn', 'a run could not be looked at', { error: describeError(error) })
      }
    },
    async stopIfDeleted(namespace, agentId) {
      const works = [...active.values()].filter(({ run }) => run.agentId === agentId)
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
      await Promise.all([claiming.stop(), looking])
      const works = [...active.values()]
      for (const { controller } of works) controller.abort()
      await Promise.all(works.map(({ done }) => done))
      await storage.claims.abandon(owner, toTimestamp(clock()))
    },
  }
}

/** Time used by other processes is measured by the wall clock; from here on by a monotonic clock. */
function stopwatch({ startedAt }: Run, now: number): () => number {
  const before = startedAt === null ? 0 : Math.max(0, now - Date.parse(startedAt))
  const began = performance.now()
  return () => before + performance.now() - began
}
