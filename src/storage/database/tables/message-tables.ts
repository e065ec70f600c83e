import type { Generated } from 'kysely'

/** Messages, their pictures and summaries. */
export interface MessageTables {
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
}
