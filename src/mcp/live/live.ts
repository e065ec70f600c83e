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
 * Tells MCP clients of changes. It listens to the one stream of changes, of this process and others, finds the resources
 * that somebody subscribed to and that a change concerns, and tells their subscribers. Bursts become few notices, and
 * the last change is always told.
 */

export interface Feed {
  /** From now on `tell` is called when the list of resources changes, and for the resources that are added. */
  subscribe(tell: Tell): Subscription
}

export interface Live extends Feed {
  /** The same context, listened to from the first time that anybody opens it. */
  readonly context: () => Promise<McpContext>
  /** Listens no more. For when nobody subscribes. */
  close(): void
}

export interface Subscription {
  /**
   * Once it resolves, every later change will be told. What does not exist may be added: it is told when it comes to be.
   * Throws UserError `limit_exceeded`, `not_found` for what is not of the only agent there is, and whatever keeps the
   * store from being read.
   */
  add(uris: readonly string[]): Promise<void>
  remove(uri: string): void
  end(): void
}

export interface LiveLimits {
  /** Resources that are watched for all subscribers of a server together. */
  readonly resources: number
  /** Of one subscriber. */
  readonly perSubscriber: number
}

export const LIMITS: LiveLimits = { resources: 10_000, perSubscriber: 1_000 }

export interface LiveOptions {
  readonly open: () => Promise<McpContext>
  readonly resources: () => Promise<readonly Resource[]>
  readonly log: Log
  readonly limits: LiveLimits
  /** How many resources are watched; shared by all that `limits.resources` is for. */
  readonly tally: { watched: number }
  /** The last subscriber has left. */
  readonly onIdle?: () => void
}

const LIST_INTERVAL_MILLISECONDS = 50
/** A client that only waits is told too, but nobody opens the store while the client still starts. */
const OPEN_AFTER_MILLISECONDS = 1_000

export function createLive({ open, resources, log, limits, tally, onIdle }: LiveOptions): Live {
  const subscribers = new Set<Tell>()
  const watches = new Map<string, Watch>()
  /** Heard and not looked at yet; what changed twice stands here once. */
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
    // The changes of a commit are published in one go; all of them first.
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
