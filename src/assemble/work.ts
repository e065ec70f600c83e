import { acceptMessage } from '../agent/inbox/accept-message.ts'
import { createWorker } from '../agent/loop/worker.ts'
import { DEFAULT_BLOCK_LIMIT } from '../core/block.ts'
import { LIMITS } from '../core/limits.ts'
import { type Run, rootOrigin } from '../core/run.ts'
import { countCharacters, excerpt } from '../core/text.ts'
import { openFetch } from '../fetch/open-fetch.ts'
import { createJobWorker, type JobWorkerOptions } from '../jobs/job-worker.ts'
import { countTokens } from '../llm/count-tokens.ts'
import { createEmbedQueue } from '../memory/embed-queue.ts'
import { createScheduler } from '../schedules/scheduler.ts'
import type { McpContext } from '../service/context.ts'
import type { Parts } from './parts.ts'
import { syncTools } from './syncs.ts'

interface Work {
  /** Looks for new work at once. */
  wake(run?: Run): void
  stop(): Promise<void>
}

type Handlers = JobWorkerOptions['handlers']

export const PUBLIC = { kind: 'public' } as const

/** Handlers of jobs; each is loaded with its first job. `roots`: folders that may be read; null: any path. */
export function jobHandlers(
  parts: Parts,
  memoryOf: (namespace: string) => McpContext['memory'],
  roots: readonly string[] | null = parts.config.fileRoots,
): Handlers {
  const { config, storage, models } = parts
  const background = {
    models,
    clock: storage.clock,
    maxTokensPerDay: config.maxTokensPerDay,
    firstPauseMilliseconds: config.modelCalls.firstPauseMilliseconds,
  }
  return {
    sleeptime: async () => {
      const { createSleepHandler } = await import('../companions/sleep-handler.ts')
      return createSleepHandler(background)
    },
    digest: async () => {
      const { createDigestHandler } = await import('../companions/digest-handler.ts')
      return createDigestHandler(background)
    },
    sync_block: async () => {
      const { createSyncHandler } = await import('../block-sync/sync-handler.ts')
      return createSyncHandler(syncTools(parts))
    },
    load: async () => {
      const { createLoadHandler } = await import('../load/load-handler.ts')
      return createLoadHandler({
        fetch: openFetch(config.fetch),
        clock: storage.clock,
        roots,
        async writeBlock(namespace, agentId, { label, value, source, limit: own, ...rest }) {
          const limit = own ?? Math.max(DEFAULT_BLOCK_LIMIT, countCharacters(value))
          const reason = excerpt(`Loaded from ${source}`, LIMITS.reason - 1)
          await memoryOf(namespace).write(agentId, label, value, { ...rest, limit, reason })
        },
      })
    },
  }
}

/** For processes that leave the work to others. */
export const IDLE: Work = { wake() {}, async stop() {} }

/** Works on runs and embeddings, and follows changes by this and other processes. */
export function startWork(parts: Parts, handlers: Handlers): Work {
  const { config, storage, changes } = parts
  const worker = createWorker({
    ...parts,
    registryOf: (namespace) => parts.namespace(namespace).registry,
    clock: storage.clock,
    leaseMilliseconds: config.leaseMilliseconds,
    mostRuns: config.mostRuns,
    budget: {
      tokens: config.maxRunTokens,
      seconds: config.maxRunSeconds,
      tokensPerDay: config.maxTokensPerDay,
    },
    firstPauseMilliseconds: config.modelCalls.firstPauseMilliseconds,
    countTokens,
    emit: parts.live.publish,
    isWatched: parts.live.isWatched,
  })
  const embedQueue = createEmbedQueue({
    ...parts,
    tasks: storage.embeddings,
    jobs: storage.jobs,
    fallback: config.embedding,
    clock: storage.clock,
    leaseMilliseconds: config.leaseMilliseconds,
    firstPauseMilliseconds: config.modelCalls.firstPauseMilliseconds,
  })
  const jobWorker = createJobWorker({
    ...parts,
    handlers,
    clock: storage.clock,
    leaseMilliseconds: config.leaseMilliseconds,
    firstPauseMilliseconds: config.modelCalls.firstPauseMilliseconds,
  })
  const scheduler = openScheduler(parts)
  changes.subscribe(({ kind, subjectId, namespace, run }) => {
    if (kind === 'agent') void worker.stopIfDeleted(namespace, subjectId)
    if (kind === 'agent') embedQueue.wake()
    if (kind === 'archive' || kind === 'messages') embedQueue.wakeIfUsed()
    if (kind === 'job') {
      void jobWorker.stopIfCancelled(namespace, subjectId)
      jobWorker.wake()
    }
    if (kind !== 'run') return
    void worker.stopIfCancelled(namespace, subjectId, run)
    // A run that is taken sets nothing free, nor does the end of one behind which there is none.
    if (run?.status === 'running' || run?.isLast) return
    // The end of its work wakes it.
    if (!worker.isAtWork(subjectId)) worker.wake()
  })
  return {
    wake: worker.wake,
    async stop() {
      await Promise.all([worker.stop(), embedQueue.stop(), scheduler.stop()])
      // Last: it frees the batches that the embedding queue had under way.
      await jobWorker.stop()
    },
  }
}

function openScheduler(parts: Parts) {
  return createScheduler({
    ...parts,
    clock: parts.storage.clock,
    async send(tx, id, { agentId, message, scopes }, at) {
      const origin = { ...rootOrigin(id), sender: 'system' } as const
      const sent = { agent: agentId, text: message, ...(scopes && { scopes }) }
      // Any process may take it.
      await acceptMessage(tx, parts.models, sent, { id, acceptedBy: '', at, origin })
    },
  })
}
