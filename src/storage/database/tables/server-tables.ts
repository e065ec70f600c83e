import type { Generated } from 'kysely'

/** Data of the whole server: jobs, keys, tokens, models, and the log of changes. */
export interface ServerTables {
  schema_version: { version: number }
  job: {
    row: Generated<number>
    namespace: string
    id: string
    kind: string
    agent_id: string | null
    /** Unique among the open jobs of a kind; empty: none. */
    job_key: string
    /** Only processes that claim for it take the job; empty: any. */
    place: string
    title: string
    input: string
    state: string | null
    status: string
    done: number
    total: number | null
    attempts: number
    /** Not taken up before this time; empty: at once. */
    retry_at: string
    cancel_requested: number
    /** Empty: free. */
    owner: string
    fence: number
    expires_at: string
    error: string | null
    report: string | null
    created_at: string
    started_at: string | null
    completed_at: string | null
  }
  /** Keys with which this server signs, shared by restarts and processes. */
  signing_key: { name: string; value: string }
  learned: { base_url: string; model: string; abilities: string; learned_at: string }
  /** Bearer tokens; only their hashes are stored. */
  access_token: {
    id: string
    name: string
    /** SHA-256 of the token in hexadecimal. */
    digest: string
    scopes: string
    namespace: string
    created_at: string
    expires_at: string | null
    /** Approximate, to save writes. */
    last_used_at: string | null
    revoked_at: string | null
  }
  /** Model servers that were found without being configured. */
  endpoint: { base_url: string; answered_at: string }
  event: { seq: Generated<number>; namespace: string; kind: string; subject_id: string; at: string }
}
