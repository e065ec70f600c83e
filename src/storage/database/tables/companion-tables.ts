/** Agents that work for another one in the background, and what models cost. */
export interface CompanionTables {
  /** A companion is deleted with its owner. */
  companion: { namespace: string; agent_id: string; owner_id: string }
  /** Agents whose memory a companion tidies. */
  sleeptime: {
    namespace: string
    agent_id: string
    companion_id: string
    /** 0: only when asked to. */
    enabled: number
    every_turns: number
    /** Null: that of the agent. */
    model: string | null
    /** 1: it also writes notes on what was said into archival memory. */
    notes: number
    /** Messages up to this `seq`, and passages up to this row, are in completed windows. */
    done_to: number
    passages_to: number
    /** The run of the companion that is under way, and how far it takes the cursor. */
    window_run_id: string | null
    window_to: number | null
    window_passages_to: number | null
  }
  /** Tokens of model calls, summed by day; kept when their agents are deleted. */
  token_use: {
    namespace: string
    /** Like 2026-03-31, in UTC. */
    day: string
    purpose: string
    /** Spreads writers over several rows. */
    part: number
    prompt_tokens: number
    completion_tokens: number
    total_tokens: number
  }
}
