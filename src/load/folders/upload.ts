import { type Clock, toTimestamp } from '../../core/clock.ts'
import { UserError } from '../../core/errors.ts'
import type { LoadedFile } from '../../core/file.ts'
import { type ArchiveId, newId } from '../../core/ids.ts'
import { checkLength, LIMITS } from '../../core/limits.ts'
import { normalText } from '../../core/text.ts'
import { waitForJob } from '../../jobs/wait-for-job.ts'
import type { Duplicates, Upload } from '../../service/folders-port.ts'
import type { Store } from '../../storage/port/store.ts'
import type { LoadRequest } from '../load-request.ts'
import { BEING_READ } from './file-status.ts'
import { findFolder } from './find-folder.ts'

/** Bytes of a file: they are kept in the database until it is read. Chosen by hand. */
const MAX_BYTES = 16_000_000
/** Clients wait a minute for an answer; most files are read in a second. Chosen by hand. */
const WAIT_MILLISECONDS = 40_000
/** Names that are tried for a second file of a name. Chosen by hand. */
const MAX_SUFFIX = 1_000

/** Stores a file for a job that reads it, and resolves when that has ended or takes long. */
export async function uploadFile(
  store: Store,
  clock: Clock,
  folderId: string,
  { name: given, data, duplicates }: Upload,
): Promise<LoadedFile> {
  checkSize(data)
  const wanted = normalText(given).replace(/^\/+/, '')
  checkLength('The name of the file', wanted, LIMITS.source)
  if (wanted.trim() === '')
    throw new UserError('invalid_argument', 'The file has no name. Give one, with its ending.')
  const at = toTimestamp(clock())
  const begun = await store.transaction(async (tx) => {
    const { id: archiveId } = await findFolder(tx, folderId)
    const known = await tx.files.named(archiveId, wanted)
    if (known && duplicates === 'skip') return { archiveId, name: wanted, job: undefined }
    const name = known ? await otherName(tx, archiveId, wanted, duplicates) : wanted
    const request: LoadRequest = {
      ...{ from: { kind: 'data', data }, into: 'archive', name, dryRun: false, watch: false },
      ...{ archiveId, replaces: duplicates === 'replace' },
    }
    if (name !== known?.name)
      await tx.files.put([
        {
          ...{ id: newId('file'), archiveId, name, origin: '', bytes: bytesOf(data) },
          ...{ changedAt: null, loadedAt: at, note: BEING_READ },
        },
      ])
    const job = await tx.jobs.insert({
      ...{ id: newId('job'), kind: 'load', agentId: null, title: `Load ${name} into a folder` },
      ...{ input: JSON.stringify(request), createdAt: at },
    })
    return { archiveId, name, job: job.id }
  })
  if (begun.job) await waitForJob(store, begun.job, WAIT_MILLISECONDS)
  const file = await store.files.named(begun.archiveId, begun.name)
  if (file) return file
  throw new UserError('not_found', 'The folder was deleted while the file was read.')
}

const bytesOf = (data: string) => Buffer.byteLength(data, 'base64')

function checkSize(data: string): void {
  const bytes = bytesOf(data)
  if (bytes <= MAX_BYTES) return
  throw new UserError(
    'limit_exceeded',
    `The file has ${Math.ceil(bytes / 1e6)} MB, and at most ${MAX_BYTES / 1e6} MB are taken at once. Split it, or load it with recollect load.`,
  )
}

/** `note.txt` becomes `note_(1).txt`. */
async function otherName(
  { files }: Pick<Store, 'files'>,
  archiveId: ArchiveId,
  name: string,
  duplicates: Duplicates,
): Promise<string> {
  if (duplicates === 'replace') return name
  if (duplicates === 'suffix') {
    const [, stem = name, ending = ''] = /^(.+?)(\.[^./]+)?$/.exec(name) ?? []
    for (let number = 1; number <= MAX_SUFFIX; number += 1) {
      const other = `${stem}_(${number})${ending}`
      if (!(await files.named(archiveId, other))) return other
    }
  }
  throw new UserError(
    'conflict',
    `The folder has a file ${JSON.stringify(name)} already. Give another name, or say how to handle it in duplicate_handling: skip, suffix or replace.`,
  )
}
