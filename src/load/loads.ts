import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { basename, isAbsolute } from 'node:path'
import { type Clock, toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import type { Job } from '../core/job.ts'
import { checkLength, LIMITS } from '../core/limits.ts'
import type { LoadTarget } from '../core/load.ts'
import { normalText } from '../core/text.ts'
import { findAgent } from '../memory/find-agent.ts'
import type { LoadPort, NewLoad } from '../service/load-port.ts'
import type { Store } from '../storage/port/store.ts'
import { isWithin } from './is-inside.ts'
import type { LoadOrigin, LoadRequest } from './load-request.ts'
import { describeProgress } from './load-state.ts'

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

export interface LoadsOptions {
  readonly store: Store
  readonly clock: Clock
  /** Folders that may be read; null: any path. */
  readonly roots: readonly string[] | null
  /** Place of the jobs; empty: any server. */
  readonly place?: string
}

/** Begins loads. The work is done by `createLoadHandler`, in this process or another. */
export function createLoads({ store, clock, roots, place = '' }: LoadsOptions): LoadPort {
  return {
    progress: async (job) => describeProgress(job),

    async begin(load): Promise<Job> {
      const { id: agentId } = await findAgent(store.agents, load.agent)
      const from = await fromOf(load, roots)
      const name = normalText(load.name ?? defaultName(from))
      checkLength('The name', name, LIMITS.source)
      const { into, dryRun = false, watch = false } = load
      if (watch) checkWatch(from, into, dryRun)
      const request: LoadRequest = { from, name, into, dryRun, watch }
      const input = JSON.stringify(request)
      const at = toTimestamp(clock())
      return store.transaction((tx) =>
        tx.jobs.insert({
          ...{ id: newId('job'), kind: 'load', agentId, place, input, createdAt: at },
          title: `${verbOf(request)} ${name} into ${INTO[into]}`,
          // The same load, asked for again while it is under way, is that load.
          key: createHash('sha256').update(`${agentId} ${input}`).digest('hex'),
        }),
      )
    },
  }
}

const INTO = { archive: 'the archive', conversation: 'recall memory', blocks: 'memory blocks' }

function verbOf({ dryRun, watch }: LoadRequest): string {
  if (watch) return 'Watch and load'
  return dryRun ? 'Plan to load' : 'Load'
}

function checkWatch(from: LoadOrigin, into: LoadTarget, dryRun: boolean): void {
  const problem =
    (from.kind !== 'path' && 'Only a file or folder at a path can be watched.') ||
    (into !== 'archive' && 'Only what goes into the archive can be watched.') ||
    (dryRun && 'A plan is made once, so there is nothing to watch.')
  if (problem)
    throw new UserError('invalid_argument', `${problem} Leave watch out, or change the others.`)
}

async function fromOf(load: NewLoad, roots: LoadsOptions['roots']): Promise<LoadOrigin> {
  const given = [load.text, load.data, load.url, load.path].filter((one) => one !== undefined)
  if (given.length !== 1) {
    throw new UserError(
      'invalid_argument',
      'Give one of text, data, url and path: what is to be loaded.',
    )
  }
  if (load.text !== undefined) {
    if (load.text.trim() === '')
      throw new UserError('invalid_argument', 'There is no text to load. Give the document itself.')
    return { kind: 'text', text: load.text }
  }
  if (load.data !== undefined) return { kind: 'data', data: checkData(load) }
  if (load.url !== undefined) return { kind: 'url', url: load.url }
  return { kind: 'path', path: await checkPath(load.path ?? '', roots) }
}

/** The name of a file tells its kind, and the bytes alone do not. */
function checkData({ data = '', name }: NewLoad): string {
  if (!BASE64.test(data) || data.length % 4 !== 0) {
    throw new UserError(
      'invalid_argument',
      'data is not base64. Send the bytes of the file so, or its text in text.',
    )
  }
  if (name !== undefined) return data
  throw new UserError(
    'invalid_argument',
    'A file in data needs a name with its ending, such as report.pdf. Give it in name.',
  )
}

/** Follows links first, so that none leads out of the folders. Whether a file elsewhere exists is not told. */
async function checkPath(path: string, roots: LoadsOptions['roots']): Promise<string> {
  if (roots !== null && roots.length === 0) {
    throw new UserError(
      'unsupported',
      'This server reads no files when asked over MCP. Send the text, use recollect load on the command line, or have its operator name folders in RECOLLECT_FILE_ROOTS.',
    )
  }
  const real = isAbsolute(path) ? await realpath(path).catch(() => undefined) : undefined
  if (real !== undefined && (roots === null || (await isWithin(real, roots)))) return real
  throw new UserError(
    'invalid_argument',
    roots === null
      ? `There is no file or folder at ${path}. Check the path.`
      : 'There is no file or folder at that path within the folders that this server may read (RECOLLECT_FILE_ROOTS). Give an absolute path in one of them.',
  )
}

function defaultName(from: LoadOrigin): string {
  if (from.kind === 'text' || from.kind === 'data') return 'text'
  if (from.kind === 'path') return basename(from.path)
  // Without its query, which may hold a secret.
  return URL.canParse(from.url) ? `${new URL(from.url).host}${new URL(from.url).pathname}` : 'page'
}
