import type { LoadedFile } from '../../core/file.ts'
import type { FolderFile } from '../../service/folders-port.ts'

/** The note of a file that was sent and is not read yet. */
export const BEING_READ = 'It is being read.'

/** Pure. */
export function withStatus(file: LoadedFile): FolderFile {
  if (file.note === BEING_READ) return { ...file, status: 'reading' }
  return { ...file, status: file.note === '' ? 'done' : 'failed' }
}
