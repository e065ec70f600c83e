import { stat } from 'node:fs/promises'
import { toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import type { LoadedFile } from '../core/file.ts'
import type { ArchiveId } from '../core/ids.ts'
import type { Transaction } from '../storage/port/store.ts'
import type { Batch } from './batch.ts'
import type { Bundle, FileEnd } from './bundle.ts'
import { endFile, hasParts, rowsOf } from './end-file.ts'
import {
  type FileWork,
  type Passages,
  place,
  placeStored,
  placesOf,
  targetOf,
} from './file-work.ts'
import { originOf } from './load-request.ts'
import { type LoadState, leaveOut } from './load-state.ts'
import type { Loading } from './loading.ts'
import type { OriginFile } from './open-origin.ts'
import { Refused } from './refused.ts'
import { countBatch, sourceOf, storeBatch } from './store-batch.ts'
import { isTaken, versionOf } from './versions/version.ts'

/** Parses a file, stores what is large of it, and leaves the rest to be stored with what comes of other files. */
export async function loadFile(
  loading: Loading,
  file: OriginFile,
  bundle: Pick<Bundle, 'flush'>,
): Promise<FileEnd> {
  const opened = await file.open()
  if ('skipped' in opened) return leftOut(file, opened.skipped)
  try {
    // Until the first file is stored, the agent may have no archive.
    const { archiveId, lastLoaded } = loading.begin
    const known = await knownFile(loading, file, archiveId)
    if (await belongsToAnother(loading, known)) return leftOut(file, NAME_TAKEN)
    const version = versionOf({
      known,
      replaces: loading.request.replaces === true || originOf(loading.request.from) !== '',
      lastLoaded,
      ...{ changedAt: opened.changedAt, now: loading.clock() },
    })
    const work = { file, opened, known, version, placed: placesOf(file) }
    try {
      return await takeAll(loading, work, bundle)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      // Passages of an earlier version stay, since this one says nothing about them.
      const note = known && known.note === '' && known.retiredAt === null ? '' : error.message
      return refused(loading, work, error.message, note)
    }
  } finally {
    await opened.close()
  }
}

function leftOut({ source }: OriginFile, reason: string): FileEnd {
  return { kind: 'seen', after: (state) => leaveOut(state, `${source}: ${reason}`) }
}

function refused(loading: Loading, work: FileWork, reason: string, note: string): FileEnd {
  return {
    kind: 'stored',
    passages: 0,
    async store(tx, state) {
      await tx.files.put(rowsOf(loading, work, state, note).slice(0, 1))
      return leaveOut(state, `${work.file.source}: ${reason}`)
    },
  }
}

const NAME_TAKEN =
  'The archive has a document of that name from elsewhere, which it would replace. Load it with another name.'

async function knownFile(
  { work, request, shelf }: Loading,
  { source }: OriginFile,
  archiveId: ArchiveId | null,
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

async function takeAll(
  loading: Loading,
  work: FileWork,
  bundle: Pick<Bundle, 'flush'>,
): Promise<FileEnd> {
  const { parser, request, signal } = loading
  const { content, name, mediaType } = work.opened
  const kind = mediaType === undefined ? {} : { mediaType }
  const batches = parser.parse({ content, name, into: request.into, ...kind }, signal)
  try {
    const first = await batches.next()
    const second = first.done ? first : await batches.next()
    const only = first.done ? NO_PASSAGES : first.value
    if (second.done && only.kind === 'passages' && (await isSmall(loading, work, only)))
      return smallEnd(loading, work, only)
    const begun = [first, second].flatMap(({ done, value }) => (done ? [] : [value]))
    return await takeLarge(loading, work, follow(begun, batches), bundle)
  } finally {
    await batches.return(undefined)
  }
}

async function* follow(begun: readonly Batch[], rest: AsyncIterable<Batch>): AsyncGenerator<Batch> {
  yield* begun
  yield* rest
}

const NO_PASSAGES: Passages = { kind: 'passages', part: '', passages: [] }

/** Passages of an earlier version that are replaced within the transaction of other files. Chosen by hand. */
const MAX_REPLACED = 50

/** Whether all that comes of a file goes into one transaction with others. */
async function isSmall(
  { request, work: { store }, clock }: Loading,
  { known, version, file }: FileWork,
  { part }: Passages,
): Promise<boolean> {
  if (request.into !== 'archive' || request.dryRun || part !== '') return false
  if (!known || !version.replaces) return true
  if (hasParts(known)) return false
  const at = toTimestamp(clock())
  const { passages } = store
  return (await passages.countOfSource(known.archiveId, sourceOf(file.source), at)) <= MAX_REPLACED
}

function smallEnd(loading: Loading, work: FileWork, batch: Passages): FileEnd {
  return {
    kind: 'stored',
    passages: batch.passages.length,
    async store(tx, before, at) {
      const attempt = { ...work, placed: placesOf(work.file) }
      const stored = await storeBatch(tx, batch, targetOf(loading, work), before, at)
      placeStored(attempt, batch, stored)
      const inside = {
        store: tx,
        save: <T>(write: (tx: Transaction, at: string) => Promise<T>) => write(tx, at),
      }
      const state = await endFile(loading, attempt, stored.state, inside)
      await tx.files.put(rowsOf(loading, attempt, state, ''))
      return state
    },
  }
}

/** Stores batch by batch, from the one on that the state names. */
async function takeLarge(
  loading: Loading,
  work: FileWork,
  batches: AsyncIterable<Batch>,
  bundle: Pick<Bundle, 'flush'>,
): Promise<FileEnd> {
  const before = await bundle.flush()
  let state = before
  let number = 0
  for await (const batch of batches) {
    number += 1
    if (number > before.batches)
      state = await takeBatch(loading, work, batch, { ...state, batches: number })
    // Stored by an earlier attempt; a new version needs to know what it has.
    else if (work.version.replaces) await takeBatch(loading, work, batch, state)
    else if (batch.kind === 'passages') place(work, batch, [])
  }
  const after = await endFile(loading, work, state, loading.work)
  return {
    kind: 'stored',
    passages: 0,
    async store(tx) {
      await tx.files.put(rowsOf(loading, work, after, ''))
      return after
    },
  }
}

async function takeBatch(
  loading: Loading,
  work: FileWork,
  batch: Batch,
  state: LoadState,
): Promise<LoadState> {
  const { work: job, request, writeBlock } = loading
  const { source } = work.file
  if (request.dryRun) return countBatch(batch, source, state)
  if (batch.kind === 'block') {
    const { agentId } = job.job
    if (agentId === null) throw new Error('a block is for an agent')
    try {
      await writeBlock(job.namespace, agentId, { ...batch, source })
      return { ...state, blocks: state.blocks + 1 }
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return leaveOut(state, `${source}: ${error.message}`)
    }
  }
  const stored = await job.save(
    (tx, at) => storeBatch(tx, batch, targetOf(loading, work), state, at),
    (made) => ({ state: JSON.stringify(made.state) }),
  )
  if (batch.kind === 'passages') placeStored(work, batch, stored)
  return stored.state
}
