import type { ArchiveView } from '../../core/archive.ts'
import type { ArchiveId } from '../../core/ids.ts'
import type { FileOfAgent, FolderFile } from '../../service/folders-port.ts'

/** A folder is an archive, and has the prefix that Letta's clients know. */
export function folderIdOf(archiveId: ArchiveId): string {
  return archiveId.replace(/^archive-/, 'source-')
}

export function presentFolder({ archive }: ArchiveView) {
  return {
    id: folderIdOf(archive.id),
    name: archive.name,
    description: archive.description || null,
    instructions: archive.folder?.instructions || null,
    metadata: archive.folder?.metadata ?? {},
    embedding_config: null,
    vector_db_provider: 'native',
    created_at: archive.createdAt,
    updated_at: archive.createdAt,
  }
}

const STATUS = { reading: 'parsing', done: 'completed', failed: 'error' }

export function presentFile(file: FolderFile, content: string | null = null) {
  const folderId = folderIdOf(file.archiveId)
  return {
    ...{ id: file.id, source_id: folderId, folder_id: folderId },
    ...{ file_name: file.name, original_file_name: file.name, file_path: null },
    ...{ file_type: null, file_size: file.bytes },
    ...{ file_creation_date: file.changedAt, file_last_modified_date: file.changedAt },
    processing_status: STATUS[file.status],
    error_message: file.status === 'failed' ? file.note : null,
    ...{ total_chunks: null, chunks_embedded: null, content },
    ...{ created_at: file.loadedAt, updated_at: file.loadedAt },
  }
}

/** Files are read by tools and never stand open in the context. */
export function presentFileOfAgent({ file, folderName }: FileOfAgent) {
  return {
    ...{ id: file.id.replace(/^file-/, 'file_agent-'), file_id: file.id, file_name: file.name },
    ...{ folder_id: folderIdOf(file.archiveId), folder_name: folderName },
    ...{ is_open: false, last_accessed_at: null, visible_content: null },
    ...{ start_line: null, end_line: null },
  }
}
