import { toTimestamp } from '../core/clock.ts'
import type { LoadedFile } from '../core/file.ts'
import { newId } from '../core/ids.ts'
import type { FileWork } from './file-work.ts'
import { originOf } from './load-request.ts'
import type { LoadState } from './load-state.ts'
import type { Loading } from './loading.ts'
import { sourceOf } from './store-batch.ts'
import { type SettleWork, settle } from './versions/settle.ts'

type FileRow = Omit<LoadedFile, 'retiredAt'>

/** Takes what the earlier version had and this one has not out of the present. */
export async function endFile(
  loading: Loading,
  work: FileWork,
  before: LoadState,
  within: SettleWork,
): Promise<LoadState> {
  let state = { ...before, files: before.files + 1 }
  const { archiveId } = before
  if (!work.version.replaces || archiveId === null || loading.request.dryRun) return state
  const at = work.version.createdAt
  for (const [source, version] of work.placed) {
    const { replaced, retired } = await settle(within, archiveId, source, version, at)
    state = { ...state, replaced: state.replaced + replaced, retired: state.retired + retired }
  }
  if (!work.known || !hasParts(work.known)) return state
  return loading.retireFiles(state, (name) => isPartOf(work, name))
}

/** Whether it may have files of a zip; one that was refused since has them still. */
export function hasParts({ note }: LoadedFile): boolean {
  return note !== ''
}

/** A file in a zip that the zip has no longer. */
function isPartOf({ file, placed }: FileWork, name: string): boolean {
  return name.startsWith(`${sourceOf(file.source)}/`) && !placed.has(name)
}

const IS_PACKED = 'Its files are listed by themselves.'

/** The file first, then its parts. */
export function rowsOf(
  { request, clock }: Loading,
  { file, opened, placed }: FileWork,
  { archiveId }: LoadState,
  note: string,
): readonly FileRow[] {
  if (request.into !== 'archive' || archiveId === null || request.dryRun) return []
  const own = sourceOf(file.source)
  const shared = { archiveId, origin: originOf(request.from), loadedAt: toTimestamp(clock()) }
  const { changedAt = null, bytes } = opened
  const times = { changedAt: changedAt === null ? null : toTimestamp(changedAt) }
  const isPacked = [...placed.keys()].some((source) => source !== own)
  return [...placed.keys()].map((name) => ({
    ...{ ...shared, ...times, id: newId('file'), name },
    bytes: name === own ? bytes : null,
    note: name === own && isPacked ? IS_PACKED : note,
  }))
}
