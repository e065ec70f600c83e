import type { Timestamp } from './clock.ts'
import type { AgentId, RunId } from './ids.ts'

/** Says who answers the user's next messages in a conversation, instead of its own agent. */
export interface Route {
  readonly agentId: AgentId
  /** The run in which the conversation was handed off. */
  readonly runId: RunId
  /** The text that told that agent about the conversation. */
  readonly brief: string
  readonly at: Timestamp
}

/** An agent that spoke in another one's place. */
export interface Speaker {
  readonly agentId: AgentId
  /** Its name at that time. */
  readonly name: string
}
