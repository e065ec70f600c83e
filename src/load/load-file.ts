import { stat } from 'node:fs/promises'
import { toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import type { LoadedFile } from '../core/file.ts'
import { newId } from '../core/ids.ts'
import type { Batch } from './batch.ts'
import { originOf } from './load-request.ts'
import { type LoadState, leaveOut } from './load-state.ts'
import type { Loading } from './loading.ts'
import type { OpenedFile, OriginFile } from './open-origin.ts'
import { Refused } from './refused.ts'
import { countBatch, sourceOf, storeBatch } from './store-batch.ts'
import type { Placed } from './versions/pair.ts'
import { settle } from './versions/settle.ts'
import { isTaken, type Version, versionOf } from './versions/version.ts'

export type FileRow = Omit<LoadedFile, 'retiredAt'>

export interface FileEnd {
  readonly state: LoadState
  /** Notes on the file and its parts, to be stored with the state. */
  readonly rows: readonly FileRow[]
}

/** A file that is being loaded, and what has come of it so far. */
interface Work {
  readonly file: OriginFile
  readonly opened: OpenedFile
  readonly version: Version
  /** Passages of the file and its parts by source, in order. */
  readonly placed: Map<string, Placed[]>
}

/** Loads a file from the batch on that the state names. */
export async function loadFile(
  loading: Loading,
  file: OriginFile,
  before: LoadState,
): Promise<FileEnd> {
  const opened = await file.open()
  if ('skipped' in opened) return leftOut(before, file, opened.skipped)
  try {
    const known = await knownFile(loading, file, before)
    if (await belongsToAnother(loading, known)) return leftOut(before, file, NAME_TAKEN)
    const version = versionOf({
      known,
      replaces: loading.request.replaces === true || originOf(loading.request.from) !== '',
      lastLoaded: before.lastLoaded,
      ...{ changedAt: opened.changedAt, now: loading.clock() },
    })
    const work = { file, opened, version, placed: new Map([[sourceOf(file.source), []]]) }
    try {
      const state = await takeAll(loading, work, before)
      return await endFile(loading, work, { ...state, files: state.files + 1 })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      // Passages of an earlier version stay, since this one says nothing about them.
      const note = known && known.note === '' && known.retiredAt === null ? '' : error.message
      const rows = rowsOf(loading, work, before, note).slice(0, 1)
      return { ...leftOut(before, file, error.message), rows }
    }
  } finally {
    await opened.close()
  }
}

function leftOut(state: LoadState, file: OriginFile, reason: string): FileEnd {
  return { state: leaveOut(state, `${file.source}: ${reason}`), rows: [] }
}

const NAME_TAKEN =
  'The archive has a document of that name from elsewhere, which it would replace. Load it with another name.'

async function knownFile(
  { work, request, shelf }: Loading,
  { source }: OriginFile,
  { archiveId }: LoadState,
): Promise<LoadedFile | undefined> {
  if (request.into !== 'archive' || archiveId === null) return undefined
  const name = sourceOf(source)
  return shelf?.files.get(name) ?? (await work.store.files.named(archiveId, name))
}

/** A folder that was moved takes its files along. */
async function belongsToAnother(
  { request }: Loading,
  known: LoadedFile | undefined,
): Promise<boolean> {
  if (!known || !isTaken(known, originOf(request.from))) return false
  if (request.from.kind !== 'path' || /^https?:/.test(known.origin)) return true
  return stat(known.origin).then(
    () => true,
    () => false,
  )
}

async function takeAll(loading: Loading, work: Work, before: LoadState): Promise<LoadState> {
  const { parser, request, signal } = loading
  const { content, name, mediaType } = work.opened
  const kind = mediaType === undefined ? {} : { mediaType }
  const task = { content, name, into: request.into, ...kind }
  let state = before
  let number = 0
  for await (const batch of parser.parse(task, signal)) {
    number += 1
    if (number > before.batches)
      state = await takeBatch(loading, work, batch, { ...state, batches: number })
    // Stored by an earlier attempt; a new version needs to know what it has.
    else if (work.version.replaces) await takeBatch(loading, work, batch, state)
    else if (batch.kind === 'passages') place(work, batch, [])
  }
  return state
}

async function takeBatch(
  loading: Loading,
  work: Work,
  batch: Batch,
  state: LoadState,
): Promise<LoadState> {
  const { work: job, request, writeBlock } = loading
  const { source } = work.file
  if (request.dryRun) return countBatch(batch, source, state)
  const { agentId } = job.job
  if (batch.kind === 'block') {
    if (agentId === null) throw new Error('a block is for an agent')
    try {
      await writeBlock(job.namespace, agentId, { ...batch, source })
      return { ...state, blocks: state.blocks + 1 }
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return leaveOut(state, `${source}: ${error.message}`)
    }
  }
  const target = { agentId, source, createdAt: work.version.createdAt }
  const stored = await job.save(
    (tx, at) => storeBatch(tx, batch, target, state, at),
    (made) => ({ state: JSON.stringify(made.state) }),
  )
  const { since } = work.version
  if (batch.kind === 'passages')
    place(
      work,
      batch,
      stored.passages.map(({ id, duplicate, createdAt }) => ({
        id,
        isNew: !duplicate || (since !== null && createdAt > since),
      })),
    )
  return stored.state
}

function place(
  { file, placed }: Work,
  { part }: { readonly part: string },
  more: readonly Placed[],
): void {
  const source = sourceOf(file.source, part)
  const known = placed.get(source)
  if (known) known.push(...more)
  else placed.set(source, [...more])
}

/** Takes what the earlier version had and this one has not out of the present. */
async function endFile(loading: Loading, work: Work, before: LoadState): Promise<FileEnd> {
  let state = before
  const { archiveId } = before
  if (work.version.replaces && archiveId !== null && !loading.request.dryRun) {
    const at = work.version.createdAt
    for (const [source, version] of work.placed) {
      const { replaced, retired } = await settle(loading.work, archiveId, source, version, at)
      state = { ...state, replaced: state.replaced + replaced, retired: state.retired + retired }
    }
    state = await loading.retireFiles(state, (name) => isPartOf(work, name))
  }
  return { state, rows: rowsOf(loading, work, state, '') }
}

/** A file in a zip that the zip has no longer. */
function isPartOf({ file, placed }: Work, name: string): boolean {
  return name.startsWith(`${sourceOf(file.source)}/`) && !placed.has(name)
}

const IS_PACKED = 'Its files are listed by themselves.'

/** The file first, then its parts. */
function rowsOf(
  { request, clock }: Loading,
  { file, opened, placed }: Work,
  { archiveId }: LoadState,
  note: string,
): readonly FileRow[] {
  if (request.into !== 'archive' || archiveId === null || request.dryRun) return []
  const own = sourceOf(file.source)
  const shared = { archiveId, origin: originOf(request.from), loadedAt: toTimestamp(clock()) }
  const { changedAt = null, bytes } = opened
  const times = { changedAt: changedAt === null ? null : toTimestamp(changedAt) }
  const hasParts = [...placed.keys()].some((source) => source !== own)
  return [...placed.keys()].map((name) => ({
    ...{ ...shared, ...times, id: newId('file'), name },
    bytes: name === own ? bytes : null,
    note: name === own && hasParts ? IS_PACKED : note,
  }))
}
