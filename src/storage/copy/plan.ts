import type { Database } from '../database/schema.ts'

export type Name = keyof Database
type Column<Table extends Name> = keyof Database[Table] & string

/** What becomes of a table in a copy. A new table or column is refused by the compiler until it is named here. */
export type Plan = {
  readonly [Table in Name]:
    | {
        /** What its rows are unique by, and read in the order of. */
        readonly key: readonly Column<Table>[]
        /** True: copied as it is. Else what stands there in every row of the copy. */
        readonly columns: { readonly [C in Column<Table>]: true | string }
      }
    | 'made anew'
}

/**
 * In an order in which no row is written before one that it refers to. What is made out of other rows is made anew, and
 * so is what only tells running processes something: changes for listeners, leases, claims of tasks.
 */
export const PLAN = {
  schema_version: 'made anew',
  agent: {
    key: ['row'],
    columns: {
      row: true,
      namespace: true,
      id: true,
      name: true,
      description: true,
      agent_type: true,
      model: true,
      context_window: true,
      system: true,
      tools: true,
      tool_rules: true,
      last_message: true,
      settings: true,
      context_from: true,
      token_ratio: true,
      pressure_told: true,
      learned_window: true,
      embedding: true,
      summaries_from: true,
      created_at: true,
      updated_at: true,
    },
  },
  agent_tag: {
    key: ['namespace', 'agent_id', 'tag'],
    columns: { namespace: true, agent_id: true, tag: true, position: true },
  },
  block: {
    key: ['namespace', 'id'],
    columns: {
      namespace: true,
      id: true,
      label: true,
      value: true,
      description: true,
      value_limit: true,
      read_only: true,
      version: true,
      created_at: true,
      updated_at: true,
    },
  },
  agent_block: {
    key: ['row'],
    columns: {
      row: true,
      namespace: true,
      agent_id: true,
      label: true,
      block_id: true,
      attached_at: true,
    },
  },
  past_attachment: {
    key: ['namespace', 'attachment'],
    columns: {
      namespace: true,
      attachment: true,
      agent_id: true,
      block_id: true,
      attached_at: true,
      detached_at: true,
    },
  },
  block_version: {
    key: ['namespace', 'block_id', 'version'],
    columns: {
      namespace: true,
      block_id: true,
      version: true,
      value: true,
      description: true,
      value_limit: true,
      read_only: true,
      at: true,
      author: true,
      agent_id: true,
      run_id: true,
      call_id: true,
      reason: true,
    },
  },
  archive: {
    key: ['namespace', 'id'],
    columns: {
      namespace: true,
      id: true,
      name: true,
      description: true,
      passage_count: true,
      superseded_count: true,
      found_count: true,
      created_at: true,
    },
  },
  agent_archive: {
    key: ['namespace', 'agent_id', 'archive_id'],
    columns: { namespace: true, agent_id: true, archive_id: true, is_default: true },
  },
  passage: {
    key: ['row'],
    columns: {
      row: true,
      namespace: true,
      id: true,
      archive_id: true,
      text: true,
      source: true,
      digest: true,
      position: true,
      superseded_by: true,
      found_count: true,
      last_found_at: true,
      created_at: true,
      inserted_at: true,
    },
  },
  passage_tag: {
    key: ['namespace', 'passage_id', 'tag'],
    columns: { namespace: true, passage_id: true, tag: true },
  },
  word: 'made anew',
  message: {
    key: ['row'],
    columns: {
      row: true,
      namespace: true,
      agent_id: true,
      seq: true,
      id: true,
      run_id: true,
      role: true,
      text: true,
      body: true,
      tokens: true,
      hidden: true,
      created_at: true,
    },
  },
  summary: {
    key: ['row'],
    columns: {
      row: true,
      namespace: true,
      id: true,
      agent_id: true,
      text: true,
      from_seq: true,
      to_seq: true,
      until: true,
      method: true,
      created_at: true,
    },
  },
  run: {
    key: ['row'],
    columns: {
      row: true,
      namespace: true,
      id: true,
      agent_id: true,
      // Nobody at the target waits for the process that had acknowledged it.
      accepted_by: '',
      status: true,
      stop_reason: true,
      input: true,
      idempotency_key: true,
      max_steps: true,
      cancel_requested: true,
      waiting_for: true,
      retry_at: true,
      error: true,
      warnings: true,
      created_at: true,
      started_at: true,
      paused_at: true,
      completed_at: true,
      client_samples: true,
      ask: true,
    },
  },
  lease: 'made anew',
  step: {
    key: ['namespace', 'id'],
    columns: {
      namespace: true,
      id: true,
      run_id: true,
      number: true,
      state: true,
      attempts: true,
      model: true,
      finish: true,
      prompt_tokens: true,
      completion_tokens: true,
      total_tokens: true,
      cached_tokens: true,
      reasoning_tokens: true,
      cost: true,
      started_at: true,
      completed_at: true,
      client_answer: true,
    },
  },
  tool_call: {
    key: ['namespace', 'id'],
    columns: {
      namespace: true,
      id: true,
      step_id: true,
      call_index: true,
      name: true,
      arguments: true,
      effect: true,
      state: true,
      status: true,
      attempts: true,
      approval: true,
      approval_reason: true,
    },
  },
  vector_set: {
    key: ['row'],
    columns: {
      row: true,
      namespace: true,
      kind: true,
      owner_id: true,
      handle: true,
      dimension: true,
      state: true,
      filled_to: true,
      paused_until: true,
      problem: true,
      created_at: true,
    },
  },
  vector: {
    key: ['row'],
    columns: { row: true, set_row: true, entry_row: true, vector: true },
  },
  vector_code: 'made anew',
  vector_middle: 'made anew',
  vector_bits: 'made anew',
  vector_gone: 'made anew',
  embedding_task: {
    key: ['row'],
    columns: {
      row: true,
      set_row: true,
      entry_row: true,
      claimed_by: '',
      claimed_until: '',
      attempts: true,
      problem: true,
    },
  },
  embedding_cache: {
    key: ['row'],
    columns: { row: true, handle: true, digest: true, vector: true },
  },
  learned: {
    key: ['base_url', 'model'],
    columns: { base_url: true, model: true, abilities: true, learned_at: true },
  },
  // What clients were handed is good at the target, too.
  signing_key: { key: ['name'], columns: { name: true, value: true } },
  access_token: {
    key: ['id'],
    columns: {
      id: true,
      name: true,
      digest: true,
      scopes: true,
      namespace: true,
      created_at: true,
      expires_at: true,
      last_used_at: true,
      revoked_at: true,
    },
  },
  event: 'made anew',
} as const satisfies Plan
