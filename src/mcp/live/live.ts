import { UserError } from '../../core/errors.ts'
import type { Change } from '../../core/event.ts'
import { describeError, type Log } from '../../core/log.ts'
import type { McpContext } from '../../service/context.ts'
import type { Resource } from '../resources/define-resource.ts'
import type { Notice, Tell } from './notice.ts'
import { createPace } from './pace.ts'
import { refuseForeign } from './refuse-foreign.ts'
import { createWatch, type FoundResource, type Watch } from './watch.ts'

/*
 * Notifies MCP clients of changes. Listens to the stream of changes of this and other processes, finds the subscribed
 * resources that a change affects, and notifies their subscribers. Bursts are merged into few notices; the last change
 * is always reported.
 */

export interface Feed {
  /** Starts calling `tell` for list changes and for the resources that are added. */
  subscribe(tell: Tell): Subscription
}

export interface Live extends Feed {
  /** Returns the same context on each call; listening begins when it is first opened. */
  readonly context: () => Promise<McpContext>
  /** Stops listening. Call it when there are no subscribers. */
  close(): void
}

export interface Subscription {
  /**
   * When it resolves, every later change is reported. A resource that does not exist yet may be added. Throws UserError
   * `limit_exceeded`; `not_found` for a resource outside the only agent that is served; and any error of the store.
   */
  add(uris: readonly string[]): Promise<void>
  remove(uri: string): void
  end(): void
}

export interface LiveLimits {
  /** Watched resources of all subscribers of a server together. */
  readonly resources: number
  /** Watched resources of one subscriber. */
  readonly perSubscriber: number
}

export const LIMITS: LiveLimits = { resources: 10_000, perSubscriber: 1_000 }

export interface LiveOptions {
  readonly open: () => Promise<McpContext>
  readonly resources: () => Promise<readonly Resource[]>
  readonly log: Log
  readonly limits: LiveLimits
  /** Number of watched resources, shared by all feeds that `limits.resources` applies to. */
  readonly tally: { watched: number }
  /** Called when the last subscriber has left. */
  readonly onIdle?: () => void
}

/** Chosen by hand. */
const LIST_INTERVAL_MILLISECONDS = 50
/**
 * Delay before the store is opened for a client that only subscribes, so that client start-up is not slowed down.
 * Chosen by hand.
 */
const OPEN_AFTER_MILLISECONDS = 1_000

export function createLive({ open, resources, log, limits, tally, onIdle }: LiveOptions): Live {
  const subscribers = new Set<Tell>()
  const watches = new Map<string, Watch>()
  /** Changes received but not processed yet. Repeated changes are kept once. */
  const heard = new Map<string, Change>()
  let looking = false
  let listenedTo: McpContext | undefined
  let stopListening: () => void = () => undefined

  async function context(): Promise<McpContext> {
    const opened = await open()
    if (listenedTo !== opened) {
      listenedTo = opened
      stopListening()
      stopListening = opened.onChange((change) => hear(change, opened))
    }
    return opened
  }

  const listChanged = createPace(LIST_INTERVAL_MILLISECONDS, async () => {
    const notice: Notice = { kind: 'list_changed' }
    for (const tell of subscribers) tell(notice)
  })

  function hear(change: Change, opened: McpContext): void {
    if (subscribers.size > 0 && change.kind === 'agent') listChanged()
    if (watches.size === 0) return
    heard.set(`${change.kind} ${change.subjectId}`, change)
    if (!looking) void look(opened)
  }

  async function look(opened: McpContext): Promise<void> {
    looking = true
    // All changes of a commit are published in one tick; wait until all have arrived.
    await Promise.resolve()
    for (const [key, change] of heard) {
      heard.delete(key)
      const concerned = await concernedBy(change, opened)
      for (const watch of watches.values()) watch.consider(change, concerned)
    }
    looking = false
  }

  async function concernedBy(change: Change, opened: McpContext) {
    try {
      return await opened.concernedBy(change)
    } catch (error) {
      log('warn', 'whom a change concerns could not be read', { error: describeError(error) })
      return undefined
    }
  }

  function watchFor(uri: string, found: FoundResource): Watch {
    const known = watches.get(uri)
    if (known) return known
    if (tally.watched >= limits.resources) throw tooMany(limits.resources)
    const watch = createWatch(uri, found, context, log)
    watches.set(uri, watch)
    tally.watched += 1
    return watch
  }

  function forget(uri: string): void {
    if (watches.delete(uri)) tally.watched -= 1
  }

  return {
    context,
    close: () => stopListening(),
    subscribe(tell) {
      const added = new Map<string, Watch>()
      let ended = false
      subscribers.add(tell)
      if (listenedTo === undefined) {
        setTimeout(() => void context().catch(() => undefined), OPEN_AFTER_MILLISECONDS).unref()
      }

      const remove = (uri: string) => {
        const watch = added.get(uri)
        added.delete(uri)
        watch?.subscribers.delete(tell)
        if (watch?.subscribers.size === 0) forget(uri)
      }
      const addOne = async (uri: string) => {
        const { findResource } = await import('../resources/define-resource.ts')
        const found = findResource(await resources(), uri)
        if (found === undefined) return
        await refuseForeign(found, await context())
        if (ended) return
        if (added.size >= limits.perSubscriber) throw tooMany(limits.perSubscriber)
        const watch = watchFor(uri, found)
        added.set(uri, watch)
        watch.subscribers.add(tell)
        await watch.ready()
      }
      return {
        async add(uris) {
          const more = new Set(uris)
          for (const uri of added.keys()) more.delete(uri)
          try {
            for (const uri of more) await addOne(uri)
          } catch (error) {
            more.forEach(remove)
            throw error
          }
        },
        remove,
        end() {
          if (ended) return
          ended = true
          subscribers.delete(tell)
          ;[...added.keys()].forEach(remove)
          if (subscribers.size === 0) onIdle?.()
        },
      }
    },
  }
}

function tooMany(limit: number): UserError {
  return new UserError(
    'limit_exceeded',
    `No more than ${limit} resources can be subscribed to. Unsubscribe from others first, or subscribe to recollect://agents and to whole agents.`,
  )
}
