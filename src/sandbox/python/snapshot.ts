import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describeError, type Log } from '../../core/log.ts'
import { startThread } from '../thread/thread.ts'

export interface SnapshotOptions {
  /** Where pyodide is installed. */
  readonly folder: string
  /** The thread's script, which contains our Python. */
  readonly file: string
  readonly cacheFolder: string | undefined
  readonly log: Log
}

/**
 * File of a snapshot of the interpreter with our modules loaded; made once for each version of either and of V8, since
 * an interpreter has other functions where V8 can do more. Undefined if it can't be kept: then each thread starts
 * without, which takes seconds.
 */
export async function findSnapshot(options: SnapshotOptions): Promise<string | undefined> {
  const { cacheFolder, log } = options
  if (cacheFolder === undefined) return undefined
  const path = join(cacheFolder, `python-${versionOf(options)}.snapshot`)
  if (isOwn(path)) return path
  const unfinished = `${path}.${process.pid}`
  try {
    mkdirSync(cacheFolder, { recursive: true, mode: 0o700 })
    const { folder, file } = options
    const thread = await startThread({
      file,
      data: { folder, makeSnapshot: unfinished },
      heapMegabytes: 512,
      graceMilliseconds: 0,
    })
    await thread.end()
    renameSync(unfinished, path)
    return path
  } catch (error) {
    rmSync(unfinished, { force: true })
    log('warn', 'no snapshot of Python could be kept, so its threads start slowly', {
      error: describeError(error),
    })
    return undefined
  }
}

function versionOf({ folder, file }: SnapshotOptions): string {
  return createHash('sha256')
    .update(readFileSync(join(folder, 'package.json')))
    .update(readFileSync(file))
    .update(process.versions.v8)
    .digest('hex')
    .slice(0, 16)
}

/** A snapshot is code, so it is used only if nobody else can write it. */
function isOwn(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found?.isFile()) return false
  return !process.getuid || (found.uid === process.getuid() && (found.mode & 0o022) === 0)
}
