import { toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import type { LoadedFile } from '../core/file.ts'
import type { JobEnd, JobHandler } from '../jobs/job-handler.ts'
import { createBundle, type FileEnd } from './bundle.ts'
import { loadFile } from './load-file.ts'
import { type LoadRequest, readLoadRequest } from './load-request.ts'
import { AT_START, describeLoad, hasChanged, type LoadState } from './load-state.ts'
import { type Loading, type LoadTools, openLoading } from './loading.ts'
import { countFiles, type OriginFile, openOrigin } from './open-origin.ts'
import { createParser } from './parser.ts'
import { sourceOf } from './store-batch.ts'

/** Between two looks at a watched folder, and how many times longer than a look. Chosen by hand. */
const LOOK_MILLISECONDS = 30_000
const REST_FACTOR = 20
/** Some file systems keep times in steps of two seconds. */
const CLOCK_MILLISECONDS = 2_000

/**
 * Loads files, pages and texts. Files come in a fixed order and are parsed into the same batches each time, so the state
 * says exactly what is stored: a load that was killed goes on with the next batch.
 */
export function createLoadHandler(tools: LoadTools): JobHandler {
  return {
    async run(work, signal) {
      const request = readLoadRequest(work.job.input)
      const parser = createParser()
      try {
        const loading = await openLoading({ ...tools, work, request, parser, signal })
        return request.watch ? await look(loading) : await finish(loading)
      } finally {
        await parser.close()
      }
    },
  }
}

async function finish(loading: Loading): Promise<JobEnd> {
  const state = await loadAll(loading).catch(async (error: unknown) => {
    if (error instanceof UserError && error.code === 'invalid_argument') await forgetData(loading)
    throw error
  })
  await forgetData(loading)
  return { kind: 'done', report: describeLoad(state, loading.request.dryRun) }
}

/** A job is kept for a long time, and lists of jobs read it whole. */
async function forgetData({ work, request }: Loading): Promise<void> {
  if (request.from.kind !== 'data') return
  const rest: LoadRequest = { ...request, from: { ...request.from, data: '' } }
  await work.save(async () => undefined, { input: JSON.stringify(rest) })
}

/** One look at what is watched. What can't be read now may be there again at the next. */
async function look(loading: Loading): Promise<JobEnd> {
  const { work, begin, clock } = loading
  const since = clock()
  const state = await loadAll(loading).catch((error: unknown) => {
    if (begin.turns === 0 || !(error instanceof UserError) || error.code !== 'not_found')
      throw error
    return begin
  })
  const told = begin.turns === 0 || hasChanged(state) ? describeLoad(state, false) : begin.told
  const { archiveId } = state
  const next = { ...AT_START, archiveId, told, turns: state.turns + 1 }
  if (hasChanged(state) || begin.turns === 0)
    await work.save(async () => undefined, { state: JSON.stringify(next) })
  const now = clock()
  return { kind: 'later', at: now + Math.max(LOOK_MILLISECONDS, REST_FACTOR * (now - since)) }
}

async function loadAll(loading: Loading): Promise<LoadState> {
  const { work, request, fetch, signal, begin } = loading
  const seen = new Set<string>()
  // Only tells how far it is, so it is counted once.
  if (work.job.total === null && begin.turns === 0)
    await work.save(async () => undefined, { total: await countFiles(request) })
  const bundle = createBundle(loading)
  let number = 0
  for await (const file of openOrigin(request, fetch, signal)) {
    signal.throwIfAborted()
    number += 1
    seen.add(sourceOf(file.source).replace(/\/$/, ''))
    if (file.key <= begin.after) continue
    if (begin.turns > 0 && (await findUnchanged(loading, file))) continue
    const end = (await findSame(loading, file)) ?? (await loadFile(loading, file, bundle))
    await bundle.add(end, number, file.key)
  }
  const state = await bundle.flush()
  if (request.from.kind !== 'path' && state.leftOut > 0 && state.files === 0)
    throw new UserError('invalid_argument', state.notes[0] ?? 'Nothing could be read.')
  return retireMissing(loading, state, seen)
}

/** The file as an earlier load left it, if it is that by its size and the time of its last change. */
async function findUnchanged(
  { shelf }: Loading,
  file: OriginFile,
): Promise<LoadedFile | undefined> {
  const known = shelf?.files.get(sourceOf(file.source))
  const found = known && (await file.look?.())
  const isSame =
    found !== undefined &&
    known?.bytes === found.bytes &&
    known.changedAt === toTimestamp(found.changedAt)
  return isSame ? known : undefined
}

/**
 * The end of a file that is loaded again and need not be read again. It is read if it may have been written once more
 * in the moment in which it was loaded, if it has parts, or if its passages were deleted since.
 */
async function findSame(loading: Loading, file: OriginFile): Promise<FileEnd | undefined> {
  const { work, request, begin, clock } = loading
  if (request.dryRun || begin.batches > 0) return undefined
  const known = await findUnchanged(loading, file)
  if (known?.changedAt == null || known.note !== '') return undefined
  const age = Date.parse(known.loadedAt) - Date.parse(known.changedAt)
  if (age < CLOCK_MILLISECONDS) return undefined
  const at = toTimestamp(clock())
  const { passages } = work.store
  const count = await passages.countOfSource(known.archiveId, known.name, at)
  if (count === 0) return undefined
  return {
    kind: 'seen',
    after: (state) => ({ ...state, files: state.files + 1, known: state.known + count }),
  }
}

/** Files that an earlier load found in the folder and this one did not. */
function retireMissing(
  { request, retireFiles }: Loading,
  state: LoadState,
  seen: ReadonlySet<string>,
): Promise<LoadState> | LoadState {
  const within = `${sourceOf(request.name)}/`
  // A single file, or a folder that can't be read.
  if (request.from.kind !== 'path' || request.dryRun || seen.has(`${within}.`)) return state
  if (seen.has(sourceOf(request.name))) return state
  return retireFiles(state, (name) => name.startsWith(within) && !wasSeen(name, seen))
}

/** Whether a name, or a folder or zip that it is in, was seen. Pure. */
function wasSeen(name: string, seen: ReadonlySet<string>): boolean {
  for (let end = name.length; end > 0; end = name.lastIndexOf('/', end - 1))
    if (seen.has(name.slice(0, end))) return true
  return false
}
