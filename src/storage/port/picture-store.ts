import type { AgentId } from '../../core/ids.ts'
import type { Picture } from '../../core/picture.ts'

/* The part of the port `store.ts` for pictures of messages. Each is stored once in its namespace, by content. */

export interface PictureReads {
  /** Undefined: the agent has no such picture, or a part of it was lost. */
  bytes(agentId: AgentId, digest: string): Promise<Uint8Array | undefined>
  /** Pictures of the agent's messages, in the order of their digests. */
  ofAgent(agentId: AgentId): Promise<readonly AgentPicture[]>
}

export interface AgentPicture {
  readonly picture: Picture
  /** Why no model is shown it any more; null: models are. */
  readonly problem: string | null
}

export interface PictureWrites {
  /** Stores it unless it is there, as one of the agent's, and forgets its problem. */
  keep(agentId: AgentId, picture: Picture, bytes: Uint8Array): Promise<void>
  setProblem(agentId: AgentId, digests: readonly string[], problem: string): Promise<void>
}
