import type { Timestamp } from '../../core/clock.ts'
import type { FoundBy, Places, Why } from '../../core/found.ts'
import type {
  AgentId,
  ArchiveId,
  ConversationId,
  MessageId,
  PassageId,
  RunId,
} from '../../core/ids.ts'
import type { Message, MessageBody, MessageRole } from '../../core/message.ts'
import type { Page, PageRequest } from '../../core/page.ts'
import type { Passage } from '../../core/passage.ts'

/* The part of the port `store.ts` for searchable memory: messages and passages. */

// --- messages (recall memory) ---

/** A query embedded by one model. */
export interface QueryVector {
  /** `provider/model`. */
  readonly handle: string
  /** Unit length. */
  readonly vector: Float32Array
  /** Weight of the model's ranking relative to keywords; 1: equal. */
  readonly weight: number
}

/** A query embedded by several models. */
export interface EmbeddedQuestion {
  readonly questions: readonly QueryVector[]
  /** One sentence for each model without a vector: why. */
  readonly problems: readonly string[]
}

/** Embeds `text` with each model (`provider/model`). May take seconds; never rejects. */
export type EmbedQuery = (handles: readonly string[], text: string) => Promise<EmbeddedQuestion>

export interface MessageSearch extends PageRequest {
  /** Plain-language query; absent: newest first. */
  readonly query?: string | undefined
  /** The moment of asking, from which "yesterday" counts; absent: now. */
  readonly now?: Timestamp | undefined
  /** Whose days a question means; absent: UTC. */
  readonly timezone?: string | undefined
  /** Says why each entry was found. */
  readonly explain?: boolean | undefined
  readonly roles?: readonly MessageRole[] | undefined
  /** Excludes messages of this run, which the searching agent already has in context. */
  readonly exceptRun?: RunId | undefined
  /** Inclusive bounds. */
  readonly after?: Timestamp | undefined
  readonly before?: Timestamp | undefined
}

export interface Hit<T> {
  readonly item: T
  /** Higher is better; comparable only within one result. Absent if nothing was ranked. */
  readonly score?: number
  readonly foundBy?: FoundBy
  readonly places?: Places
  readonly why?: Why
}

export interface HitPage<T> extends Page<Hit<T>> {
  /** Sentences: what took no part in the search, and why. */
  readonly warnings?: readonly string[]
}

export interface MessageReads {
  /** The newest messages, oldest first: of the agent, or of one of its conversations; `before`: with a smaller `seq`. */
  recent(
    agentId: AgentId,
    most: {
      readonly messages?: number
      readonly conversationId?: ConversationId
      readonly before?: number
    },
  ): Promise<readonly Message[]>
  /** Messages from `seq` on, oldest first; at most `limit`. */
  since(agentId: AgentId, seq: number, limit?: number): Promise<readonly Message[]>
  /**
   * The same for a conversation, without messages of other sessions and messages refused by a provider's filter: the
   * context.
   */
  inSight(id: ConversationId, seq: number, limit?: number): Promise<readonly Message[]>
  /** The ids that exist. */
  known(ids: readonly MessageId[]): Promise<ReadonlySet<MessageId>>
  /** The newest message of a user, another agent or the server before `seq`, ignoring messages of other sessions. */
  userMessageBefore(id: ConversationId, seq: number): Promise<Message | undefined>
  /** Numbers of the messages that no model is shown any more. */
  hidden(agentId: AgentId): Promise<readonly number[]>
  /** Whether the message before `seq` is one of those. */
  isHiddenBefore(id: ConversationId, seq: number): Promise<boolean>
  /** `seq` of the agent's newest message; 0: it has had none. */
  last(agentId: AgentId): Promise<number>
  /** Number of the agent's messages before `seq`. */
  countBefore(agentId: AgentId, seq: number): Promise<number>
  /** Oldest first. */
  ofRun(runId: RunId): Promise<readonly Message[]>
  /** Amount of text to embed; `tokens` is an estimate. */
  embeddable(agentId: AgentId): Promise<{ readonly messages: number; readonly tokens: number }>
  /** The message with up to `each` before and after it, in order; undefined: the agent has no such message. */
  around(agentId: AgentId, id: MessageId, each: number): Promise<readonly Message[] | undefined>
}

export interface MessageSearches {
  /**
   * Searches committed messages with text. `embed` is called with the models of their vectors, and the search waits for
   * it; without `embed`, or without vectors, it is a keyword search.
   */
  search(agentId: AgentId, search: MessageSearch, embed?: EmbedQuery): Promise<HitPage<Message>>
}

export interface NewMessage {
  readonly id: MessageId
  readonly runId: RunId | null
  readonly tokens: number
  readonly createdAt: Timestamp
  readonly body: MessageBody
  /** No model is shown it; it is found all the same. */
  readonly hidden?: boolean
  /** Found by search, never in the agent's own context. */
  readonly elsewhere?: true | undefined
}

/** For the agent, by the step that appends the messages. */
export interface LearnedOfModel {
  readonly tokenRatio?: number | undefined
  readonly ranOn?: string | null | undefined
}

export interface MessageWrites {
  /**
   * They get the agent's next `seq` numbers. Without `conversationId` they belong to its default conversation. `learned`:
   * about its model.
   */
  append(
    agentId: AgentId,
    messages: readonly NewMessage[],
    conversationId?: ConversationId,
    learned?: LearnedOfModel,
  ): Promise<void>
  /** From now on no model is shown what the run left in the history. */
  hideRun(runId: RunId): Promise<void>
}

// --- passages (archival memory) ---

export interface PassageSearch extends PageRequest {
  /** Plain-language query; absent: newest first. */
  readonly query?: string | undefined
  /** The moment of asking, from which "yesterday" counts; absent: now. */
  readonly now?: Timestamp | undefined
  /** Whose days a question means; absent: UTC. */
  readonly timezone?: string | undefined
  /** Says why each entry was found. */
  readonly explain?: boolean | undefined
  readonly tags?: readonly string[] | undefined
  readonly matchAllTags?: boolean | undefined
  readonly includeSuperseded?: boolean | undefined
  /** Only this archive, if it is attached to the agent. */
  readonly archiveId?: ArchiveId | undefined
  /** As if it were then: later passages are absent, and those superseded or expired since are not. */
  readonly asOf?: Timestamp | undefined
  /** Inclusive bounds on `createdAt`. */
  readonly after?: Timestamp | undefined
  readonly before?: Timestamp | undefined
}

export interface PassageReads {
  /** In any archive, or only in those of the agent. */
  find(id: PassageId, agentId?: AgentId): Promise<Passage | undefined>
  /**
   * The passage with up to `each` of its source before and after it, in order; undefined: none of the agent's archives
   * contains it.
   */
  around(agentId: AgentId, id: PassageId, each: number): Promise<readonly Passage[] | undefined>
  /**
   * Current passages of the agent's archives in the order in which they were inserted, after that row. With `source`
   * only those of it, and of its parts (`source/…`); an empty one stands for passages without a source.
   */
  inOrder(agentId: AgentId, search: PassagesInOrder): Promise<readonly RowedPassage[]>
  /** Current passages of a source of an archive in their order, after that position. */
  ofSource(
    archiveId: ArchiveId,
    source: string,
    page: {
      readonly after: number
      readonly at: Timestamp
      readonly limit: number
      /** Those of the past, too. */
      readonly includeGone?: boolean
    },
  ): Promise<readonly PlacedPassage[]>
  /** How many passages of a source of an archive are current. */
  countOfSource(archiveId: ArchiveId, source: string, at: Timestamp): Promise<number>
  /** How many `inOrder` would give in all. */
  countInOrder(agentId: AgentId, search: Omit<PassagesInOrder, 'limit'>): Promise<number>
  /** All passages of an archive, superseded ones included, oldest first. */
  ofArchive(id: ArchiveId, page: PageRequest): Promise<Page<PlacedPassage>>
}

export interface PassagesInOrder {
  readonly source: string
  readonly after: number
  /** Passages that have expired by then are left out. */
  readonly at: Timestamp
  readonly limit: number
}

export interface RowedPassage extends Passage {
  readonly row: number
}

export interface PlacedPassage extends Passage {
  /** Position within its source, from 1; 0: no source. */
  readonly position: number
}

export interface PassageSearches {
  /** Searches committed passages in the agent's archives. `embed` as in `MessageSearches`. */
  search(agentId: AgentId, search: PassageSearch, embed?: EmbedQuery): Promise<HitPage<Passage>>
  /**
   * Current passages in the agent's archives that share rare stems; those that share the most come first. Stems found
   * in very many passages are ignored, so the cost hardly grows with the archive; of the rest, the first dozen count.
   */
  alike(agentId: AgentId, stems: readonly string[], limit: number): Promise<readonly Passage[]>
}

export interface PassageWrites {
  /**
   * Appends passages of one archive to their sources, in order. If the archive already has the same text and source,
   * that passage gets the tags and its id is returned with `duplicate: true`; if it was superseded, it becomes current
   * again.
   */
  insert(passages: readonly NewPassage[], at: Timestamp): Promise<readonly InsertedPassage[]>
  /**
   * Inserts passages of one archive with positions, times and supersessions. The caller guarantees: no two passages of
   * the archive share text and source, or a position in a source; superseding passages are in the same archive, without
   * cycles.
   */
  insertHistory(passages: readonly PlacedPassage[], at: Timestamp): Promise<void>
  /**
   * Marks `old` as superseded by `id`. False: none of the agent's archives contains both, or `old` was superseded
   * before.
   */
  supersede(agentId: AgentId, old: PassageId, id: PassageId, at: Timestamp): Promise<boolean>
  /**
   * Takes current passages of an archive out of the present: superseded by another one of it, or without a successor
   * expired at `at`. Those that are not current stay as they are.
   */
  retire(
    archiveId: ArchiveId,
    gone: readonly { readonly id: PassageId; readonly by: PassageId | null }[],
    at: Timestamp,
  ): Promise<void>
  /** Moves passages of one source to its end, in that order. */
  arrange(archiveId: ArchiveId, ids: readonly PassageId[], at: Timestamp): Promise<void>
  /** Counts passages as found by the agent. */
  recordFound(agentId: AgentId, ids: readonly PassageId[], at: Timestamp): Promise<void>
  /**
   * Deletes a passage. Passages that it supersedes become current, or superseded by its successor. False: neither
   * the archive nor one of the agent's archives contains it.
   */
  delete(owner: AgentId | ArchiveId, id: PassageId, at: Timestamp): Promise<boolean>
}

export type NewPassage = Omit<
  Passage,
  'supersededBy' | 'foundCount' | 'lastFoundAt' | 'expiresAt'
> & { readonly expiresAt?: Timestamp | null | undefined }

export interface InsertedPassage {
  readonly id: PassageId
  readonly createdAt: Timestamp
  readonly duplicate: boolean
}
