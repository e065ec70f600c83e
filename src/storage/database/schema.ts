import type { Generated } from 'kysely'

/*
 * The tables as queries see them. Times are ISO 8601 text in UTC, lists and bodies are JSON text, booleans are 0 or 1,
 * so that every dialect stores the same. `row` numbers rows in the order of insertion.
 */
export interface Database {
  schema_version: { version: number }
  agent: {
    row: Generated<number>
    namespace: string
    id: string
    name: string
    description: string
    agent_type: string
    model: string | null
    context_window: number
    system: string | null
    tools: string
    tool_rules: string
    /** Number of the newest message; kept here so that appending needs no search for it. */
    last_message: number
    settings: Generated<string>
    /** Number of the oldest message in sight. */
    context_from: Generated<number>
    /** What providers count, by what we estimate. */
    token_ratio: Generated<number>
    /** The agent has been told that its context is nearly full. */
    pressure_told: Generated<number>
    /** The context window of its model, where a provider told of it by refusing. */
    learned_window: number | null
    /** The last real model that answered it. */
    ran_on: string | null
    /** What embeds its archive; null: as the server is set. */
    embedding: Generated<string | null>
    /** Summaries that reach no further than before this message are not shown. */
    summaries_from: Generated<number>
    created_at: string
    updated_at: string
  }
  agent_tag: { namespace: string; agent_id: string; tag: string; position: number }
  block: {
    namespace: string
    id: string
    label: string
    value: string
    description: string
    value_limit: number
    read_only: number
    version: number
    created_at: string
    updated_at: string
  }
  agent_block: {
    row: Generated<number>
    namespace: string
    agent_id: string
    label: string
    block_id: string
    attached_at: string
  }
  /** Blocks that an agent had once; `attachment` is the number of the row that `agent_block` had for it. */
  past_attachment: {
    namespace: string
    attachment: number
    agent_id: string
    block_id: string
    attached_at: string
    detached_at: string
  }
  block_version: {
    namespace: string
    block_id: string
    version: number
    value: string
    description: string
    value_limit: number
    read_only: number
    at: string
    author: string
    agent_id: string | null
    run_id: string | null
    call_id: string | null
    reason: string | null
  }
  archive: {
    namespace: string
    id: string
    name: string
    description: Generated<string>
    /** Kept with every insert and delete, as counting a million takes its time. */
    passage_count: Generated<number>
    /** Of them, those that another took the place of. */
    superseded_count: Generated<number>
    /** Of them, those that its agents found at least once. */
    found_count: Generated<number>
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
    /** SHA-256 of source and text: what makes two passages of an archive the same. */
    digest: string
    /** Its place among the passages of its source, in the order of insertion, from 1; 0: it has no source. */
    position: number
    /** The passage that took its place. */
    superseded_by: string | null
    /** How often its agents found it. */
    found_count: Generated<number>
    last_found_at: string | null
    created_at: string
    inserted_at: string
  }
  passage_tag: { namespace: string; passage_id: string; tag: string }
  /** Stems that the texts of a scope (`search-scope.ts`) hold or held, for words that were misspelt. */
  word: { scope: string; word: string }
  message: {
    row: Generated<number>
    namespace: string
    agent_id: string
    seq: number
    id: string
    run_id: string | null
    role: string
    /** The words that recall memory searches; empty for messages in which nobody says anything. */
    text: string
    body: string
    /** A provider's filter refused the run that it belongs to: no model is shown it any more. */
    hidden: Generated<number>
    tokens: number
    created_at: string
    /** 1: it was said to a coding assistant, and is not in the agent's own context. */
    elsewhere: Generated<number>
  }
  summary: {
    row: Generated<number>
    namespace: string
    id: string
    agent_id: string
    text: string
    from_seq: number
    to_seq: number
    /** When the newest message that it covers was written. */
    until: string
    method: string
    created_at: string
  }
  run: {
    row: Generated<number>
    namespace: string
    id: string
    agent_id: string
    /** The process that acknowledged the message; others leave the run to it while it lives. */
    accepted_by: string
    status: string
    stop_reason: string | null
    input: string
    idempotency_key: string | null
    max_steps: number
    cancel_requested: number
    /** Why a `waiting` run waits, and until when. */
    waiting_for: string | null
    retry_at: string | null
    /** What is missing, of a run that waits for a model. */
    missing: Generated<string | null>
    error: string | null
    warnings: string
    created_at: string
    started_at: string | null
    /** Since when it has waited for somebody's answer. */
    paused_at: string | null
    /** Its sender's client can answer with a model of its own. */
    client_samples: Generated<number>
    /** What a client's model was asked last; only the answer to that counts. */
    ask: Generated<string | null>
    completed_at: string | null
  }
  lease: {
    namespace: string
    agent_id: string
    /** Empty: free. */
    owner: string
    fence: number
    expires_at: string
  }
  step: {
    namespace: string
    id: string
    run_id: string
    number: number
    state: string
    /** How often somebody began to work on it. */
    attempts: number
    model: string | null
    /** How the model's answer ended; null while there is none. */
    finish: string | null
    /** What the model of a client answered, until it is made the step's answer. */
    client_answer: Generated<string | null>
    prompt_tokens: number
    completion_tokens: number
    total_tokens: number
    cached_tokens: number
    reasoning_tokens: Generated<number>
    /** In US dollars, where the provider told it. */
    cost: number | null
    started_at: string
    completed_at: string | null
  }
  tool_call: {
    namespace: string
    id: string
    step_id: string
    call_index: number
    name: string
    arguments: string
    effect: string
    state: string
    status: string | null
    attempts: number
    /** Null: it needs nobody's. */
    approval: string | null
    approval_reason: string | null
  }
  /** All entries of one owner as one model sees them. */
  vector_set: {
    row: Generated<number>
    namespace: string
    /** `archive`: of its passages; `agent`: of its messages. */
    kind: string
    owner_id: string
    /** `provider/model`. */
    handle: string
    /** Null until the first vector came. */
    dimension: number | null
    /** `building`: not all entries have their vector yet, and an older set may serve; `serving`. */
    state: string
    /**
     * Null: every entry has its vector or its task. Else the digest (of passages) or number (of messages) up to which
     * those have it that were there before the set; empty at the start.
     */
    filled_to: Generated<string | null>
    /** Nothing of it is embedded before; empty: it goes on. */
    paused_until: Generated<string>
    problem: Generated<string | null>
    created_at: string
  }
  vector: {
    /** Counts up over all sets, so that an in-memory index can ask for what came after what it has. */
    row: Generated<number>
    set_row: number
    /** `row` of the passage or message. */
    entry_row: number
    /** Float32, little endian, of unit length. */
    vector: Uint8Array
  }
  /** The same rows as bytes, a quarter of their size, for those who want all of a set. */
  vector_code: {
    /** That of the vector. */
    row: number
    set_row: number
    entry_row: number
    /** As `createInt8Codes` makes it. */
    code: Uint8Array
  }
  /** Near the centroid of a set, chosen once, as soon as there are enough. */
  vector_middle: {
    set_row: number
    /** As a vector is stored. */
    vector: Uint8Array
  }
  /** The same rows as bits, of every set that has a centroid. */
  vector_bits: {
    set_row: number
    /** That of the vector. */
    row: number
    entry_row: number
    /** As `createBitCodes` makes it around the centroid. */
    code: Uint8Array
  }
  /** Vectors that were taken away, for the in-memory indexes of other processes. */
  vector_gone: { row: Generated<number>; set_row: number; entry_row: number }
  /** Entries that wait for their vector. */
  embedding_task: {
    row: Generated<number>
    set_row: number
    entry_row: number
    claimed_by: string
    claimed_until: string
    attempts: number
    problem: string | null
  }
  /** Vectors by the SHA-256 of what was embedded, so that the same text is not paid for twice. */
  embedding_cache: { row: Generated<number>; handle: string; digest: string; vector: Uint8Array }
  /** What this server signs with and asks back, so that a restart or another process makes no difference. */
  signing_key: { name: string; value: string }
  learned: { base_url: string; model: string; abilities: string; learned_at: string }
  /** Bearer tokens, of which only a hash is here. */
  access_token: {
    id: string
    name: string
    /** SHA-256 of the token in hexadecimal. */
    digest: string
    scopes: string
    namespace: string
    created_at: string
    expires_at: string | null
    /** Not to the minute. */
    last_used_at: string | null
    revoked_at: string | null
  }
  /** Where a model server has answered that nobody set up. */
  endpoint: { base_url: string; answered_at: string }
  event: { seq: Generated<number>; namespace: string; kind: string; subject_id: string; at: string }
}
