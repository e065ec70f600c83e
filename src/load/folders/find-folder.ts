import type { Archive } from '../../core/archive.ts'
import { UserError } from '../../core/errors.ts'
import type { LoadedFile } from '../../core/file.ts'
import { type ArchiveId, readId } from '../../core/ids.ts'
import type { Reads } from '../../storage/port/store.ts'

/** Letta's clients name folders `source-…`, and some `folder-…`. */
const PREFIX = /^(source|folder|archive)-/i

/** The id of the archive that a folder is. Pure. */
export function archiveIdOf(folderId: string): ArchiveId | undefined {
  return readId('archive', folderId.trim().replace(PREFIX, ''))
}

export async function findFolder(
  reads: Pick<Reads, 'archives'>,
  folderId: string,
): Promise<Archive> {
  const id = archiveIdOf(folderId)
  const archive = id && (await reads.archives.get(id))
  // Deleting an archive as a folder would delete what agents remember.
  if (archive?.folder) return archive
  throw new UserError('not_found', `There is no folder ${folderId}.`)
}

export async function findFile(
  reads: Pick<Reads, 'archives' | 'files'>,
  folderId: string,
  fileId: string,
): Promise<LoadedFile> {
  const folder = await findFolder(reads, folderId)
  const id = readId('file', fileId)
  const file = id && (await reads.files.get(id))
  if (file?.archiveId === folder.id) return file
  throw new UserError('not_found', `The folder has no file ${fileId}.`)
}
