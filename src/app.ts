import { randomBytes } from 'node:crypto'
import { createAgents } from './agent/agents.ts'
import { createWorker, processOwner } from './agent/run/worker.ts'
import { createRuns } from './agent/runs.ts'
import type { Config } from './config.ts'
import { createBus } from './core/bus.ts'
import { systemClock } from './core/clock.ts'
import type { AgentEvent, Change } from './core/event.ts'
import { describeError, type Log } from './core/log.ts'
import { createModelRegistry } from './llm/registry.ts'
import type { McpContext } from './mcp/context.ts'
import { createArchivalMemory } from './memory/archival.ts'
import { createBlockMemory } from './memory/blocks.ts'
import { createRecallMemory } from './memory/recall.ts'
import { pollChanges } from './storage/poll-changes.ts'
import { openSqlite } from './storage/sqlite/open.ts'
import type { Storage } from './storage/store.ts'

/** The whole of Recollect over one opened database. */
export interface App {
  readonly context: McpContext
  readonly storage: Storage
  /** Stops taking work, lets go of what is under way for the next process, and closes the database. */
  close(): Promise<void>
}

const NAMESPACE = 'default'

/** Opens the database, begins to serve its queue, and joins the parts. Throws UserError if the data can't be used. */
export async function openApp(config: Config, log: Log): Promise<App> {
  const storage = await openStorage(config)
  const store = storage.in(NAMESPACE)
  const clock = systemClock
  const owner = processOwner(randomBytes(6).toString('hex'))
  const models = openModels(config)
  const onListenerError = (error: unknown) => log('error', 'a listener failed', { error: describeError(error) })
  const changes = createBus<Change>(onListenerError)
  const progress = createBus<AgentEvent>(onListenerError)

  const worker = createWorker({
    storage,
    owner,
    clock,
    models,
    log,
    leaseMilliseconds: config.leaseMilliseconds,
    budget: { tokens: config.maxRunTokens, seconds: config.maxRunSeconds },
    emit: progress.publish,
  })
  const runs = createRuns({ store, clock, owner, wake: worker.wake, onChange: changes.subscribe })
  // A run may have been cancelled by another process; whoever works on it hears of it here.
  changes.subscribe(({ kind, subjectId, namespace }) => {
    if (kind === 'run') void worker.stopIfCancelled(namespace, subjectId)
  })
  const poller = await pollChanges(storage.changes, changes.publish, log)
  worker.wake()

  return {
    storage,
    context: {
      agents: createAgents(store, models, clock),
      memory: createBlockMemory(store, clock),
      archival: createArchivalMemory(store, clock),
      recall: createRecallMemory(store),
      runs: {
        ...runs,
        onProgress: (runId, listener) =>
          progress.subscribe((event) => {
            if (event.runId === runId) listener(event)
          }),
      },
      onChange: changes.subscribe,
    },
    async close() {
      poller.stop()
      await worker.stop()
      await storage.close()
    },
  }
}

/** The database alone, without anybody who works on it. */
export async function openStorage(config: Config): Promise<Storage> {
  return openSqlite(config.databasePath)
}

export function openModels(config: Config) {
  return createModelRegistry({ defaultHandle: config.model, settings: config.providers })
}
