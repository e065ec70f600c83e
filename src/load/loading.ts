import { type Clock, toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import type { LoadedFile } from '../core/file.ts'
import type { AgentId } from '../core/ids.ts'
import type { GuardedFetch } from '../fetch/guarded-fetch.ts'
import type { JobWork } from '../jobs/job-handler.ts'
import type { ParsedBlock } from './batch.ts'
import { isWithin } from './is-inside.ts'
import { type LoadRequest, originOf } from './load-request.ts'
import { isAtStart, type LoadState, readState } from './load-state.ts'
import type { Parser } from './parser.ts'
import { settle } from './versions/settle.ts'
import { openShelf, type Shelf } from './versions/shelf.ts'

export interface LoadTools {
  readonly fetch: GuardedFetch
  readonly clock: Clock
  /** Folders that may be read; null: any path. */
  readonly roots: readonly string[] | null
  /** Writes a block as `write_memory_block` does. Throws UserError. */
  readonly writeBlock: (
    namespace: string,
    agentId: AgentId,
    block: ParsedBlock & { readonly source: string },
  ) => Promise<void>
}

/** A load, and what it is done with. */
interface Opened extends LoadTools {
  readonly work: JobWork
  readonly request: LoadRequest
  readonly parser: Parser
  readonly signal: AbortSignal
}

export interface Loading extends Opened {
  /** How far it had come. */
  readonly begin: LoadState
  /** Absent: it goes elsewhere than into an archive. */
  readonly shelf?: Shelf
  /** Retires files of this origin and their passages. */
  retireFiles(state: LoadState, isGone: (name: string) => boolean): Promise<LoadState>
}

/** With what is in the archive of earlier loads of the same. */
export async function openLoading(opened: Opened): Promise<Loading> {
  const { work, request } = opened
  await checkRoots(opened)
  const state = readState(work.job.state)
  const toElsewhere = request.into !== 'archive'
  if (toElsewhere) return { ...opened, begin: state, retireFiles: async (same) => same }
  const { agentId } = work.job
  const shelf = await openShelf(work.store, originOf(request.from), {
    agentId,
    archiveId: state.archiveId ?? request.archiveId ?? null,
  })
  const { archiveId, lastLoaded } = shelf
  const begin = isAtStart(state) ? { ...state, archiveId, lastLoaded } : state
  return {
    ...opened,
    shelf,
    begin,
    retireFiles: (before, isGone) =>
      retireFiles(
        opened,
        [...shelf.files.values()].filter(({ name }) => isGone(name)),
        before,
      ),
  }
}

async function retireFiles(
  { work, request, clock }: Opened,
  files: readonly LoadedFile[],
  before: LoadState,
): Promise<LoadState> {
  let state = before
  if (request.dryRun) return state
  for (const { id, archiveId, name } of files) {
    const at = toTimestamp(clock())
    const { retired } = await settle(work, archiveId, name, [], at)
    state = { ...state, retired: state.retired + retired }
    await work.save((tx, now) => tx.files.retire([id], now), { state: JSON.stringify(state) })
  }
  return state
}

/** A watched folder is read long after it was asked for, perhaps with other settings. */
async function checkRoots({ request: { from }, roots }: Opened): Promise<void> {
  if (from.kind !== 'path' || roots === null || (await isWithin(from.path, roots))) return
  throw new UserError(
    'unsupported',
    'This server may no longer read that path. Have its operator name the folder in RECOLLECT_FILE_ROOTS, and load it again.',
  )
}
