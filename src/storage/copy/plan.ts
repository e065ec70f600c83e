import type { Database } from '../database/schema.ts'

export type Name = keyof Database
type Column<Table extends Name> = keyof Database[Table] & string

/** How a table is copied. The compiler refuses a new table until it is listed here; columns need no list. */
export type Plan = {
  readonly [Table in Name]:
    | {
        /** Primary key; rows are read in its order. */
        readonly key: readonly Column<Table>[]
        /** Values in every row of the copy. All other columns are copied unchanged. */
        readonly instead?: { readonly [C in Column<Table>]?: string | null }
      }
    | 'made anew'
}

/**
 * Ordered so that rows are written after those that they refer to. Derived data is rebuilt, and so is what only running
 * processes need: change notifications, leases, claims.
 */
export const PLAN = {
  schema_version: 'made anew',
  agent: { key: ['row'] },
  conversation: { key: ['row'] },
  agent_tag: { key: ['namespace', 'agent_id', 'tag'] },
  block: { key: ['namespace', 'id'] },
  agent_block: { key: ['row'] },
  past_attachment: { key: ['namespace', 'attachment'] },
  block_version: { key: ['namespace', 'block_id', 'version'] },
  tool: { key: ['row'] },
  tool_tag: { key: ['namespace', 'tool_id', 'tag'] },
  tool_version: { key: ['namespace', 'tool_id', 'version'] },
  agent_tool: { key: ['namespace', 'agent_id', 'tool_id'] },
  archive: { key: ['namespace', 'id'] },
  agent_archive: { key: ['namespace', 'agent_id', 'archive_id'] },
  passage: { key: ['row'] },
  passage_tag: { key: ['namespace', 'passage_id', 'tag'] },
  file: { key: ['row'] },
  word: 'made anew',
  message: { key: ['row'] },
  picture: { key: ['namespace', 'digest'] },
  picture_part: { key: ['namespace', 'digest', 'number'] },
  agent_picture: { key: ['namespace', 'agent_id', 'digest'] },
  summary: { key: ['row'] },
  run: {
    key: ['row'],
    // At the target no process waits for the run.
    instead: { accepted_by: '' },
  },
  run_wait: { key: ['namespace', 'call_id', 'target_run_id'] },
  companion: { key: ['namespace', 'agent_id'] },
  sleeptime: { key: ['namespace', 'agent_id'] },
  token_use: { key: ['namespace', 'day', 'purpose', 'part'] },
  lease: 'made anew',
  endpoint: 'made anew',
  step: { key: ['namespace', 'id'] },
  tool_call: { key: ['namespace', 'id'] },
  vector_set: { key: ['row'] },
  vector: { key: ['row'] },
  vector_code: 'made anew',
  vector_middle: 'made anew',
  vector_bits: 'made anew',
  vector_gone: 'made anew',
  job: {
    key: ['row'],
    // At the target no process works on it.
    instead: { owner: '', expires_at: '' },
  },
  agent_group: { key: ['row'] },
  agent_group_member: { key: ['namespace', 'group_id', 'agent_id'] },
  route: { key: ['namespace', 'conversation_id'] },
  schedule: { key: ['row'] },
  embedding_task: {
    key: ['row'],
    instead: { retry_at: '', job_row: null },
  },
  embedding_cache: { key: ['row'] },
  learned: { key: ['base_url', 'model'] },
  // Cursors and the like that clients hold stay valid at the target.
  signing_key: { key: ['name'] },
  access_token: { key: ['id'] },
  event: 'made anew',
} as const satisfies Plan
