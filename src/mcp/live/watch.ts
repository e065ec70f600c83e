import { createHash } from 'node:crypto'
import { UserError } from '../../core/errors.ts'
import type { Change, Concerned } from '../../core/event.ts'
import { describeError, type Log } from '../../core/log.ts'
import type { McpContext } from '../../service/context.ts'
import type { Resource, Variables } from '../resources/define-resource.ts'
import { concerns, isSummary } from './concerns.ts'
import type { Notice, Tell } from './notice.ts'
import { createPace } from './pace.ts'

export interface FoundResource {
  readonly resource: Resource
  readonly variables: Variables
}

/** A resource with subscribers. */
export interface Watch {
  readonly subscribers: Set<Tell>
  /** Resolves when the current content has been read. Rejects on any error but `not_found`. */
  ready(): Promise<void>
  /** Schedules a notice if the change affects the resource. If it only may, the resource is read and compared first. */
  consider(change: Change, concerned: Concerned | undefined): void
}

/** Chosen by hand. */
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
  /** Hash of the text as last read; undefined if it could not be read yet. */
  let digest: string | undefined
  /** A change must be reported even if the next one undoes it: somebody may have read the state in between. */
  let isCertain = false

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
    const before = digest
    try {
      digest = await read()
      return digest !== before
    } catch (error) {
      digest = undefined
      log('warn', 'a resource with subscribers could not be read', { error: describeError(error) })
      return true
    }
  }

  const first = read().then((found) => {
    digest = found
  })
  // The caller of `ready` gets this error; do not report it as unhandled.
  first.catch(() => undefined)

  const check = createPace(INTERVAL_MILLISECONDS, async () => {
    await first.catch(() => undefined)
    const certainly = isCertain
    isCertain = false
    if (!(await readsOtherwise()) && !certainly) return
    for (const tell of subscribers) tell(notice)
  })

  return {
    subscribers,
    ready: () => first,
    consider(change, concerned) {
      const concern = concerns(change, concerned, subject)
      if (concern === 'no') return
      isCertain ||= concern === 'certainly'
      check()
    },
  }
}
