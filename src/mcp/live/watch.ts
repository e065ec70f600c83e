import { createHash } from 'node:crypto'
import { UserError } from '../../core/errors.ts'
import type { Change } from '../../core/event.ts'
import { describeError, type Log } from '../../core/log.ts'
import type { McpContext } from '../context.ts'
import type { Resource, Variables } from '../resources/define-resource.ts'
import { concerns, isSummary } from './concerns.ts'
import type { Notice, Tell } from './notice.ts'
import { createPace } from './pace.ts'

export interface FoundResource {
  readonly resource: Resource
  readonly variables: Variables
}

/** A resource that somebody subscribed to. */
export interface Watch {
  readonly subscribers: Set<Tell>
  /** Resolves once it is known how the resource reads now. Rejects if it can't be read, other than for not existing. */
  ready(): Promise<void>
  /** Soon tells the subscribers, if the change concerns the resource and it reads otherwise than before. */
  consider(change: Change, agents: readonly string[] | undefined): void
}

const INTERVAL_MILLISECONDS = 50

export function createWatch(
  uri: string,
  { resource, variables }: FoundResource,
  context: () => Promise<McpContext>,
  log: Log,
): Watch {
  const subscribers = new Set<Tell>()
  const subject = { uri: resource.uri, variables }
  const notice: Notice = { kind: 'updated', uri }
  /** Of the text as it was last read; undefined: it was never read, or could not be. */
  let digest: string | undefined

  async function read(): Promise<string> {
    const opened = await context()
    if (isSummary(subject)) return ''
    try {
      return createHash('sha256')
        .update(await resource.read(variables, opened))
        .digest('base64')
    } catch (error) {
      if (error instanceof UserError && error.code === 'not_found') return 'not_found'
      throw error
    }
  }

  async function readsOtherwise(): Promise<boolean> {
    try {
      const before = digest
      digest = await read()
      return isSummary(subject) || digest !== before
    } catch (error) {
      digest = undefined
      log('warn', 'a resource with subscribers could not be read', { error: describeError(error) })
      return true
    }
  }

  const first = read().then((found) => {
    digest = found
  })
  // Whoever waits for it hears of its failure.
  first.catch(() => undefined)

  const check = createPace(INTERVAL_MILLISECONDS, async () => {
    await first.catch(() => undefined)
    if (!(await readsOtherwise())) return
    for (const tell of subscribers) tell(notice)
  })

  return {
    subscribers,
    ready: () => first,
    consider(change, agents) {
      if (concerns(change, agents, subject)) check()
    },
  }
}
