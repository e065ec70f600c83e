import type { Timestamp } from '../../core/clock.ts'
import type { LoadedFile } from '../../core/file.ts'
import type { AgentId, ArchiveId, FileId } from '../../core/ids.ts'

/* The part of the port `store.ts` for documents that were loaded. */

export interface RowedFile extends LoadedFile {
  readonly row: number
}

export interface FileFilter {
  readonly name?: string | undefined
  /** Case-insensitive part of the name. */
  readonly query?: string | undefined
  readonly after: number
  readonly limit: number
}

export interface FileReads {
  get(id: FileId): Promise<LoadedFile | undefined>
  /** The file of that name, retired or not. */
  named(archiveId: ArchiveId, name: string): Promise<LoadedFile | undefined>
  /** Files in the archives of an agent or in one archive that are not retired, in the order of loading, after that row. */
  list(owner: AgentId | ArchiveId, filter: FileFilter): Promise<readonly RowedFile[]>
  /** Files of an origin that are not retired, in an archive or in those of an agent, after that row. */
  ofOrigin(
    owner: AgentId | ArchiveId,
    origin: string,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly RowedFile[]>
}

export interface FileWrites {
  /** Inserts files of one archive, or renews those of the same names, which keep their ids and are no longer retired. */
  put(files: readonly Omit<LoadedFile, 'retiredAt'>[]): Promise<void>
  /** Its passages stay. */
  delete(id: FileId): Promise<void>
  retire(ids: readonly FileId[], at: Timestamp): Promise<void>
}
