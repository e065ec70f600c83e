import type { Generated } from 'kysely'

/** Archival memory. */
export interface ArchiveTables {
  archive: {
    namespace: string
    id: string
    name: string
    description: Generated<string>
    /** Updated with every insert and delete, since counting a million rows is slow. */
    passage_count: Generated<number>
    /** Superseded passages among them. */
    superseded_count: Generated<number>
    /** Passages among them that agents found at least once. */
    found_count: Generated<number>
    /** Fields of a folder of files, as JSON; null: it is no folder. */
    folder: Generated<string | null>
    created_at: string
  }
  agent_archive: { namespace: string; agent_id: string; archive_id: string; is_default: number }
  passage: {
    row: Generated<number>
    namespace: string
    id: string
    archive_id: string
    text: string
    source: string
    /** SHA-256 of source and text: identifies duplicates within an archive. */
    digest: string
    /** Position within its source, in insertion order from 1; 0: no source. */
    position: number
    /** The passage that replaces it. */
    superseded_by: string | null
    /** From then on it is hidden like a superseded one. */
    expires_at: string | null
    /** How often agents' searches returned it. */
    found_count: Generated<number>
    last_found_at: string | null
    created_at: string
    inserted_at: string
  }
  passage_tag: { namespace: string; passage_id: string; tag: string }
  /** Documents that were loaded into an archive. Their text is in the passages of that source. */
  file: {
    row: Generated<number>
    namespace: string
    id: string
    archive_id: string
    /** The source of its passages. */
    name: string
    /** The path or address that was loaded, of which it is the whole or a part; empty: it was sent. */
    origin: string
    bytes: number | null
    /** When it was last changed where it comes from. */
    changed_at: string | null
    loaded_at: string
    /** When it was found to be gone from its origin. */
    retired_at: string | null
    /** Why it has no text; empty: it has. */
    note: string
  }
  /** Stems that texts of a scope (`search-scope.ts`) contain or once contained, to correct misspelt words. */
  word: { scope: string; word: string }
}
