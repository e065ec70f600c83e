import type { Generated } from 'kysely'

/** Agents, and the conversations with them. */
export interface AgentTables {
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
  agent_tag: { namespace: string; agent_id: string; tag: string; position: number }
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
}
