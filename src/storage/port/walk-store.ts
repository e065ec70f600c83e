import type { Agent } from '../../core/agent.ts'
import type { Archive } from '../../core/archive.ts'
import type { Block } from '../../core/block.ts'
import type { Conversation } from '../../core/conversation.ts'
import type {
  AgentId,
  ArchiveId,
  ConversationId,
  MessageId,
  RunId,
  StepId,
} from '../../core/ids.ts'
import type { Message } from '../../core/message.ts'
import type { Passage } from '../../core/passage.ts'
import type { Run } from '../../core/run.ts'
import type { Step } from '../../core/step.ts'
import type { AgentWalk, BlockWalk, Walk } from '../../core/walk.ts'

/* The part of the port `store.ts` for lists that are walked by the ids of their items. */

export interface WalkReads {
  /** In order of creation. */
  agents(walk: AgentWalk): Promise<readonly Agent[]>
  /** In order of creation. */
  blocks(walk: BlockWalk): Promise<readonly Block[]>
  /** In order of creation. */
  archives(walk: ArchiveWalk): Promise<readonly Archive[]>
  /** By their own time. Only current ones. */
  passages(walk: PassageWalk): Promise<readonly Passage[]>
  /** As they were added to their history. */
  messages(walk: MessageWalk): Promise<readonly Message[]>
  message(id: MessageId): Promise<Message | undefined>
  /** In order of creation, without the default ones. */
  conversations(walk: ConversationWalk): Promise<readonly Conversation[]>
  /** In order of creation. */
  runs(walk: RunWalk): Promise<readonly Run[]>
  /** In order of their start. */
  steps(walk: StepWalk): Promise<readonly Step[]>
  step(id: StepId): Promise<Step | undefined>
  /** All tags of agents, sorted. */
  agentTags(): Promise<readonly string[]>
  countAgents(): Promise<number>
}

export interface ArchiveWalk extends Walk {
  readonly onlyFolders?: boolean | undefined
  readonly name?: string | undefined
  readonly agentId?: AgentId | undefined
}

export interface PassageWalk extends Walk {
  /** Passages of all archives of the agent, or of one archive. */
  readonly of: { readonly agentId: AgentId } | { readonly archiveId: ArchiveId }
}

export interface MessageWalk extends Walk {
  readonly conversationId?: ConversationId | undefined
  readonly runId?: RunId | undefined
  /** Only messages from this number of their history on. */
  readonly fromSeq?: number | undefined
}

export interface ConversationWalk extends Walk {
  readonly agentId?: AgentId | undefined
}

export interface RunWalk extends Walk {
  readonly agentId?: AgentId | undefined
  /** Only runs that have not ended. */
  readonly isOpen?: boolean | undefined
}

export interface StepWalk extends Walk {
  readonly agentId?: AgentId | undefined
  readonly runId?: RunId | undefined
}
