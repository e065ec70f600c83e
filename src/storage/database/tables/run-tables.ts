import type { Generated } from 'kysely'

/** Runs with their steps and tool calls. */
export interface RunTables {
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
    /** The job that it works for. */
    job_id: Generated<string | null>
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
}
