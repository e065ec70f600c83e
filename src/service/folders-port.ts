import type { ArchiveView } from '../core/archive.ts'
import type { LoadedFile } from '../core/file.ts'
import type { AgentId } from '../core/ids.ts'
import type { ArchiveWalk } from './walks.ts'

/* Part of the port in `context.ts`: archives as folders of files, which Letta's clients upload. */

export const DUPLICATES = ['skip', 'error', 'suffix', 'replace'] as const
/** How a file is treated whose name the folder has already. */
export type Duplicates = (typeof DUPLICATES)[number]

export interface FolderFields {
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly instructions?: string | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/** A file and how far it is. */
export interface FolderFile extends LoadedFile {
  readonly status: 'reading' | 'done' | 'failed'
}

export interface Upload {
  readonly name: string
  /** As base64. */
  readonly data: string
  readonly duplicates: Duplicates
}

export interface FileOfAgent {
  readonly file: FolderFile
  readonly folderName: string
}

/** A folder is named by the id of its archive, without its prefix or with any. */
export interface FoldersPort {
  walk(walk: ArchiveWalk): Promise<readonly ArchiveView[]>
  create(fields: FolderFields & { readonly name: string }): Promise<ArchiveView>
  get(folderId: string): Promise<ArchiveView>
  update(folderId: string, fields: FolderFields): Promise<ArchiveView>
  /** Takes the folder from all agents, and deletes it with its files. */
  remove(folderId: string): Promise<void>
  /** Folders that are attached already stay so. */
  attach(agent: string, folderId: string): Promise<AgentId>
  detach(agent: string, folderId: string): Promise<AgentId>
  /** In the order of loading, after the file with that id. */
  files(
    folderId: string,
    page: { readonly after?: string | undefined; readonly limit: number },
  ): Promise<readonly FolderFile[]>
  file(folderId: string, fileId: string): Promise<FolderFile>
  /** The text of a file as it was loaded. */
  text(folderId: string, fileId: string): Promise<string>
  /** Reads the file, and waits for it for a while. */
  upload(folderId: string, upload: Upload): Promise<FolderFile>
  /** Deletes the file with its passages, those of the past included. */
  removeFile(folderId: string, fileId: string): Promise<void>
  filesOfAgent(agent: string): Promise<readonly FileOfAgent[]>
}
