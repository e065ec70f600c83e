import type { ArchiveView } from '../../core/archive.ts'
import type { Passage } from '../../core/passage.ts'

/** Clients require the two embedding fields, which stay with the server. */
export function presentPassage(passage: Passage) {
  return {
    id: passage.id,
    archive_id: passage.archiveId,
    text: passage.text,
    tags: passage.tags,
    file_name: passage.source || null,
    metadata: {},
    embedding: null,
    embedding_config: null,
    is_deleted: false,
    created_at: passage.createdAt,
    updated_at: passage.createdAt,
  }
}

export function presentFound(passage: Passage) {
  return {
    id: passage.id,
    content: passage.text,
    timestamp: passage.createdAt,
    tags: passage.tags,
  }
}

export function presentArchive({ archive }: ArchiveView) {
  return {
    id: archive.id,
    name: archive.name,
    description: archive.description || null,
    embedding_config: null,
    metadata: {},
    vector_db_provider: 'native',
    created_at: archive.createdAt,
    updated_at: archive.createdAt,
  }
}
