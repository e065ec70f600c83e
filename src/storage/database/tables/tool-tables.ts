import type { Generated } from 'kysely'

/** Tools that users define, and the agents that have them. */
export interface ToolTables {
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
}
