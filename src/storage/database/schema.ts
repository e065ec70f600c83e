import type { Generated } from 'kysely'

/*
 * The tables as queries see them. Times are ISO 8601 text in UTC, lists and bodies are JSON text, booleans are 0 or 1:
 * the same in every dialect. `row` numbers rows in insertion order.
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
    /** `seq` of the newest message; stored here so that appending needs no search. */
    last_message: number
    /** Messages that were deleted with their conversations. */
    deleted_messages: Generated<number>
    settings: Generated<string>
    /** Tokens counted by the provider divided by our estimate. */
    token_ratio: Generated<number>
    /** Context window learned from a provider's refusal. */
    learned_window: number | null
    /** The last real model that answered it. */
    ran_on: string | null
    /** Embedding model of its archive; null: the server's default. */
    embedding: Generated<string | null>
    /** JSON that a client keeps with it. */
    metadata: Generated<string>
    created_at: string
    updated_at: string
  }
  /** Each agent has a default one, whose id is derived from the agent's. */
  conversation: {
    row: Generated<number>
    namespace: string
    id: string
    agent_id: string
    title: Generated<string>
    /** Fingerprint of what a client has of it that sends its whole transcript each time. */
    transcript: Generated<string | null>
    /** `seq` of the oldest message in context. */
    context_from: Generated<number>
    /** The agent was warned that its context is nearly full. */
    pressure_told: Generated<number>
    /** Summaries that cover only messages before this `seq` are not shown. */
    summaries_from: Generated<number>
    created_at: string
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
    /** JSON that a client keeps with it; not part of its versions. */
    metadata: Generated<string>
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
  /** Blocks formerly attached to an agent; `attachment` is the row number in `agent_block`. */
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
  tool: {
    row: Generated<number>
    namespace: string
    id: string
    name: string
    /** For searches; the definition has it too. */
    description: string
    /** JSON text of a `ToolDefinition`. */
    definition: string
    version: number
    author: string
    created_at: string
    updated_at: string
  }
  tool_tag: { namespace: string; tool_id: string; tag: string }
  tool_version: {
    namespace: string
    tool_id: string
    version: number
    definition: string
    at: string
    author: string
    run_id: string | null
    call_id: string | null
    reason: string | null
  }
  agent_tool: {
    namespace: string
    agent_id: string
    tool_id: string
    /** JSON text of a `ToolGrant`; null: not approved. */
    approved: string | null
    /** Its place among the tools whose schemas the model sees; 0: the model sees its name only. */
    loaded: Generated<number>
  }
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
  /** Stems that texts of a scope (`search-scope.ts`) contain or once contained, to correct misspelt words. */
  word: { scope: string; word: string }
  message: {
    row: Generated<number>
    namespace: string
    agent_id: string
    conversation_id: string
    /** Counts per agent, over all its conversations. */
    seq: number
    id: string
    run_id: string | null
    role: string
    /** Words that recall memory searches; empty for messages without spoken text. */
    text: string
    body: string
    /** A provider's filter refused the run that it belongs to: no model is shown it any more. */
    hidden: Generated<number>
    tokens: number
    created_at: string
    /** 1: from a coding assistant's session, never in the agent's own context. */
    elsewhere: Generated<number>
  }
  /** Stored once in its namespace, by content. */
  picture: {
    namespace: string
    /** SHA-256 of its bytes, in hexadecimal. */
    digest: string
    media_type: string
    size: number
    width: number
    height: number
  }
  picture_part: { namespace: string; digest: string; number: number; bytes: Uint8Array }
  agent_picture: {
    namespace: string
    agent_id: string
    digest: string
    /** Why no model is shown it any more. */
    problem: string | null
  }
  summary: {
    row: Generated<number>
    namespace: string
    id: string
    agent_id: string
    conversation_id: string
    text: string
    from_seq: number
    to_seq: number
    /** Time of the newest message that it covers. */
    until: string
    method: string
    created_at: string
  }
  run: {
    row: Generated<number>
    namespace: string
    id: string
    agent_id: string
    conversation_id: string
    /** As in `RunOrigin`. */
    parent_run_id: string | null
    root_run_id: string
    depth: number
    hops: number
    sender: string
    sender_agent_id: string | null
    /** Whether the end of the run is told to the run that began it: `none`, `tell` or `wake`. */
    notice: Generated<string>
    /** The process that acknowledged the message; others leave the run to it while it lives. */
    accepted_by: string
    status: string
    stop_reason: string | null
    input: string
    /** JSON: pictures of the message (`SentPicture`). */
    pictures: Generated<string>
    /** All messages that begin it, if `input` is not the only one. */
    inputs: Generated<string | null>
    /** Tools that its sender runs itself. */
    client_tools: Generated<string | null>
    idempotency_key: string | null
    max_steps: number
    cancel_requested: number
    /** Why a `waiting` run waits; for `retry`, `retry_at` says until when. */
    waiting_for: string | null
    retry_at: string | null
    /** For a run that waits for a model: what is missing. */
    missing: Generated<string | null>
    error: string | null
    warnings: string
    created_at: string
    started_at: string | null
    /** Since when it has waited for an answer. */
    paused_at: string | null
    /** The sending client supports sampling. */
    client_samples: Generated<number>
    /** Id of the latest request to a client's model; only its answer counts. */
    ask: Generated<string | null>
    completed_at: string | null
    /** JSON list: rights of the caller that sent the message; null: all. */
    scopes: Generated<string | null>
  }
  lease: {
    namespace: string
    conversation_id: string
    /** Empty: free. */
    owner: string
    fence: number
    expires_at: string
  }
  /** Runs that wait for runs of other agents, on behalf of a call. */
  run_wait: {
    namespace: string
    call_id: string
    target_run_id: string
    /** Order of the targets of one call, from 0. */
    position: number
    run_id: string
    until: string
    settled: Generated<number>
  }
  step: {
    namespace: string
    id: string
    run_id: string
    number: number
    state: string
    /** How many processes have started to work on it. */
    attempts: number
    model: string | null
    /** How the model's answer ended; null: no answer yet. */
    finish: string | null
    /** Answer of a client's model until it becomes the step's answer. */
    client_answer: Generated<string | null>
    prompt_tokens: number
    completion_tokens: number
    total_tokens: number
    cached_tokens: number
    reasoning_tokens: Generated<number>
    /** In US dollars, where the provider told it. */
    cost: number | null
    /** How a person rated it. */
    feedback: Generated<string | null>
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
    /** Null: the call needs no approval. */
    approval: string | null
    approval_reason: string | null
    /** The call's notes from its beginning, as JSON. */
    note: Generated<string | null>
  }
  /** All entries of one owner under one embedding model. */
  vector_set: {
    row: Generated<number>
    namespace: string
    /** `archive`: its passages; `agent`: its messages. */
    kind: string
    owner_id: string
    /** `provider/model`. */
    handle: string
    /** Null until the first vector is stored. */
    dimension: number | null
    /** `building`: some entries lack a vector, and an older set may serve; `serving`. */
    state: string
    /**
     * Progress over entries that are older than the set. Null: every entry has its vector or its task. Else the digest
     * (passages) or number (messages) up to which they have; empty at the start.
     */
    filled_to: Generated<string | null>
    /** Nothing of the set is embedded before this time; empty: not paused. */
    paused_until: Generated<string>
    problem: Generated<string | null>
    created_at: string
  }
  vector: {
    /** Counts up over all sets, so that an in-memory index can ask for newer vectors. */
    row: Generated<number>
    set_row: number
    /** `row` of the passage or message. */
    entry_row: number
    /** Float32, little-endian, unit length. */
    vector: Uint8Array
  }
  /** int8 codes of the same rows, a quarter of their size, for loading an in-memory index. */
  vector_code: {
    /** Row number of the vector. */
    row: number
    set_row: number
    entry_row: number
    /** Made by `createInt8Codes`. */
    code: Uint8Array
  }
  /** The fixed centroid of a set, computed once it has enough vectors. The table keeps its first name. */
  vector_middle: {
    set_row: number
    /** In the stored form of a vector. */
    vector: Uint8Array
  }
  /** Binary codes of the same rows, for every set that has a centroid. */
  vector_bits: {
    set_row: number
    /** Row number of the vector. */
    row: number
    entry_row: number
    /** Made by `createBinaryCodes` around the centroid. */
    code: Uint8Array
  }
  /** Log of deleted vectors, for the in-memory indexes of other processes. */
  vector_gone: { row: Generated<number>; set_row: number; entry_row: number }
  /** Entries waiting for their vector. */
  embedding_task: {
    row: Generated<number>
    set_row: number
    entry_row: number
    /** Not tried before this time; empty: at once. */
    retry_at: string
    attempts: number
    problem: string | null
    /** The batch that it is in. Free without one, or if nobody works on that. */
    job_row: number | null
  }
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
  /** Agents that are messaged together, through their manager. */
  agent_group: {
    row: Generated<number>
    namespace: string
    id: string
    name: string
    manager_id: string
    max_turns: number
    created_at: string
  }
  agent_group_member: { namespace: string; group_id: string; agent_id: string; position: number }
  /** Messages to agents at set times. */
  schedule: {
    row: Generated<number>
    namespace: string
    id: string
    agent_id: string
    message: string
    /** Null: once. */
    cron: string | null
    timezone: string
    /** Null: not again. */
    next_at: string | null
    last_at: string | null
    last_run_id: string | null
    /** Why the last message could not be sent. */
    error: string | null
    /** Rights of its creator, as JSON; null: all. */
    scopes: string | null
    created_at: string
  }
  /** Vectors by the SHA-256 of the embedded text, so that the same text is paid for once. */
  embedding_cache: { row: Generated<number>; handle: string; digest: string; vector: Uint8Array }
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
