import type { Generated } from 'kysely'

/** Core memory, with its history. */
export interface BlockTables {
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
}
