import type { Generated } from 'kysely'

/** Groups of agents, conversations handed to others, and messages to agents at set times. */
export interface TeamTables {
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
  /** The agent that answers a user in a conversation, instead of its own. */
  route: {
    namespace: string
    conversation_id: string
    agent_id: string
    run_id: string
    brief: string
    at: string
  }
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
}
