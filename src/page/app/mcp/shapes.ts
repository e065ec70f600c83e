/* Answers of tools, as far as the page reads them. docs/tools of the server promise the names. */

export interface BlockHead {
  readonly id: string
  readonly label: string
  readonly chars: number
  readonly limit: number
  readonly read_only: boolean
}

export interface Block extends BlockHead {
  readonly value: string
  readonly next_offset?: number
  readonly description: string
  readonly version: number
  readonly updated_at: string
  readonly shared_with: readonly string[]
}

export interface ListedBlock extends Block {
  readonly agent_count: number
}

export interface Version {
  readonly version: number
  readonly at: string
  readonly by: string
  readonly run_id?: string
  readonly reason?: string
  readonly chars: number
}

export interface ToolRule {
  readonly type: string
  readonly tool_name: string
  readonly children?: readonly string[]
  readonly cases?: readonly { readonly equals: string; readonly tool: string }[]
  readonly default_child?: string
  readonly limit?: number
}

export interface Agent {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly agent_type: string
  readonly model?: string
  readonly embedding?: string
  readonly context_window: number
  readonly system: string
  readonly tags: readonly string[]
  readonly tools: readonly string[]
  readonly tool_rules: readonly ToolRule[]
  readonly blocks: readonly BlockHead[]
  readonly sleeptime?: {
    readonly enabled: boolean
    readonly every_turns: number
    readonly agent_id?: string
  }
  readonly message_count: number
  readonly archival_count: number
  readonly created_at: string
  readonly updated_at: string
}

export interface ShortAgent {
  readonly id: string
  readonly name: string
  readonly description?: string
  readonly model?: string
  readonly tags?: readonly string[]
}

export type RunStatus =
  | 'queued'
  | 'running'
  | 'waiting'
  | 'requires_approval'
  | 'completed'
  | 'failed'
  | 'cancelled'

export interface RunMessage {
  readonly id: string
  readonly type:
    | 'user_message'
    | 'system_message'
    | 'reasoning_message'
    | 'tool_call_message'
    | 'tool_return_message'
    | 'assistant_message'
  readonly created_at: string
  readonly text?: string
  readonly tool_name?: string
  readonly arguments?: string
  readonly tool_call_id?: string
  readonly status?: 'success' | 'error'
}

export interface Usage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly total_tokens: number
  readonly cached_tokens: number
  readonly reasoning_tokens?: number
  readonly cost_usd?: number
}

export interface Approval {
  readonly tool_call_id: string
  readonly tool_name: string
  readonly arguments: string
  /** The run that makes the call, if it is another one that this run waits for. */
  readonly run_id?: string
}

export interface Run {
  readonly run_id: string
  readonly agent_id: string
  readonly status: RunStatus
  readonly reply?: string
  readonly stop_reason?: string
  readonly waiting_for?: string
  readonly retry_at?: string
  readonly steps: number
  readonly usage: Usage & {
    readonly by_model?: readonly (Usage & { readonly model: string; readonly steps: number })[]
  }
  readonly created_at: string
  readonly completed_at?: string
  readonly warnings: readonly string[]
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string }
  readonly pending_approvals?: readonly Approval[]
  /** Its model calls; only with include_steps. */
  readonly timeline?: readonly RunStep[]
  readonly messages?: readonly RunMessage[]
  readonly truncated?: boolean
  readonly parent_run_id?: string
}

export interface ShortRun {
  readonly run_id: string
  readonly agent_id: string
  readonly status: RunStatus
  readonly stop_reason?: string
  readonly waiting_for?: string
  readonly message: string
  readonly task?: true
  readonly steps: number
  readonly total_tokens: number
  readonly created_at: string
  readonly completed_at?: string
  readonly error_code?: string
  readonly parent_run_id?: string
}

export interface FoundMessage {
  readonly id: string
  readonly role: 'user' | 'assistant' | 'tool' | 'system'
  readonly text: string
  readonly created_at: string
  readonly run_id?: string
  readonly chars?: number
  readonly next_offset?: number
}

export interface Paged {
  readonly next_cursor?: string
  readonly warnings?: readonly string[]
}

export interface RunStep {
  readonly step: number
  readonly model?: string
  readonly started_at: string
  readonly completed_at?: string
  readonly attempts: number
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly cached_tokens: number
  readonly calls: readonly {
    readonly tool_call_id: string
    readonly tool_name: string
    readonly status?: 'success' | 'error'
    readonly approval?: 'pending' | 'approved' | 'denied'
  }[]
}

/** Why a search found something: the parts of its score, each with its share. */
export interface Why {
  readonly words?: readonly {
    readonly word: string
    readonly rarity: number
    readonly score: number
    readonly times: number
    readonly nearby: number
  }[]
  readonly words_score?: number
  readonly source_boost?: number
  readonly date_boost?: number
  readonly later_boost?: number
  readonly names_speaker?: boolean
  readonly keyword_rank?: number
  readonly vector_rank?: number
  readonly similarity?: number
  readonly filters: readonly string[]
}

export interface Passage {
  readonly id: string
  readonly text: string
  readonly chars?: number
  readonly next_offset?: number
  readonly tags?: readonly string[]
  readonly source?: string
  readonly created_at: string
  readonly superseded_by?: string
  readonly found_count?: number
  readonly last_found_at?: string
  readonly score?: number
  readonly found_by?: string
  readonly why?: Why
}

export interface Archive {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly passage_count: number
  readonly superseded_count: number
  readonly found_count: number
  readonly agent_count: number
  readonly is_default?: boolean
}
