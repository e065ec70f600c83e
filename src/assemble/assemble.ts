import type { Config } from '../config/config.ts'
import type { Job } from '../core/job.ts'
import type { Log } from '../core/log.ts'
import type { LoadListener } from '../load/load-here.ts'
import type { McpContext, NewLoad } from '../service/context.ts'
import { pollChanges } from '../storage/changes/poll-changes.ts'
import type { Storage } from '../storage/port/store.ts'
import { createContext } from './context.ts'
import { openParts } from './parts.ts'
import { IDLE, jobHandlers, PUBLIC, startWork } from './work.ts'

/** Recollect over one opened database. */
export interface App {
  /** Context of the configured namespace. */
  readonly context: McpContext
  /** Context of another namespace. */
  contextOf(namespace: string): McpContext
  readonly storage: Storage
  /** Loads in this process, from any path. Resolves when the job has ended, or was released because `signal` fired. */
  load(load: NewLoad, listener: LoadListener, signal: AbortSignal): Promise<Job>
  /** Stops taking work, releases runs for the next process, and closes the database. */
  close(): Promise<void>
}

/** Joins the parts over an opened database and starts to work on its queues, unless the server is read-only. */
export async function assemble(
  config: Config,
  log: Log,
  storage: Storage,
  works: boolean = !config.readOnly,
): Promise<App> {
  const parts = openParts(config, log, storage)
  const handlers = jobHandlers(parts, (namespace) => contextOf(namespace).memory)
  const work = works ? startWork(parts, handlers) : IDLE
  const poller = await pollChanges(storage.changes, parts.changes.publish, log)
  // Create the key now, so that later reads need no write. If that fails, the first cursor tries again.
  await parts.cursorKey().catch(() => undefined)
  const contexts = new Map<string, McpContext>()
  const contextOf = (namespace: string): McpContext => {
    const known = contexts.get(namespace)
    if (known) return known
    const made = createContext(parts, namespace, work.wake)
    contexts.set(namespace, made)
    return made
  }
  return {
    storage,
    context: contextOf(config.namespace),
    contextOf,
    async load(load, listener, signal) {
      const { loadHere } = await import('../load/load-here.ts')
      // A command is not bound by what is set for servers.
      const isPublic = { ...parts, config: { ...config, fetch: { rule: PUBLIC } } }
      const here = {
        ...{ ...parts, namespace: config.namespace, clock: storage.clock },
        handlers: jobHandlers(isPublic, (namespace) => contextOf(namespace).memory, null),
        leaseMilliseconds: config.leaseMilliseconds,
        firstPauseMilliseconds: config.modelCalls.firstPauseMilliseconds,
      }
      return loadHere(here, load, listener, signal)
    },
    async close() {
      poller.stop()
      await work.stop()
      await parts.sandbox.close()
      await parts.servers.close()
      await storage.close()
    },
  }
}
