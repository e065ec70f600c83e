import type { ArchivalCounts, Archive, ArchiveHolder } from '../../core/archive.ts'
import type { Timestamp } from '../../core/clock.ts'
import type { FoundBy } from '../../core/found.ts'
import type { AgentId, ArchiveId, MessageId, PassageId, RunId } from '../../core/ids.ts'
import type { Message, MessageBody, MessageRole } from '../../core/message.ts'
import type { Page, PageRequest } from '../../core/page.ts'
import type { Passage } from '../../core/passage.ts'

/* The part of the port `store.ts` that holds what is searched: the conversation, archives and their passages. */

// --- messages (recall memory) ---

/** A question as an embedding model sees it. */
export interface QueryVector {
  /** `provider/model`. */
  readonly handle: string
  /** Of unit length. */
  readonly vector: Float32Array
  /** How much the model's order counts beside that of words; 1: as much. */
  readonly weight: number
}

/** A question as several embedding models see it. */
export interface EmbeddedQuestion {
  readonly questions: readonly QueryVector[]
  /** One sentence for each model that has no part in it: why. */
  readonly problems: readonly string[]
}

/** Embeds `text` with each of the models (`provider/model`). May wait seconds for an endpoint; never rejects. */
export type EmbedQuery = (handles: readonly string[], text: string) => Promise<EmbeddedQuestion>

export interface MessageSearch extends PageRequest {
  /** User text; absent: newest first. */
  readonly query?: string | undefined
  readonly roles?: readonly MessageRole[] | undefined
  /** Leaves out what belongs to this run: whoever searches in it has it before his eyes. */
  readonly exceptRun?: RunId | undefined
  /** Inclusive bounds. */
  readonly after?: Timestamp | undefined
  readonly before?: Timestamp | undefined
}

export interface Hit<T> {
  readonly item: T
  /** Higher is better; comparable within one answer only. Absent where nothing was ranked. */
  readonly score?: number
  readonly foundBy?: FoundBy
}

export interface HitPage<T> extends Page<Hit<T>> {
  /** Sentences: what had no part in it, and why. */
  readonly warnings?: readonly string[]
}

export interface MessageReads {
  /** The newest messages, oldest first. */
  recent(agentId: AgentId, most: { readonly messages?: number }): Promise<readonly Message[]>
  /** All from number `seq` on, oldest first; at most `limit`. */
  since(agentId: AgentId, seq: number, limit?: number): Promise<readonly Message[]>
  /** The same without what was said elsewhere, and what a filter refused: what the agent sees in its context. */
  inSight(agentId: AgentId, seq: number, limit?: number): Promise<readonly Message[]>
  /** Those of these ids that there are. */
  known(ids: readonly MessageId[]): Promise<ReadonlySet<MessageId>>
  /** The newest of the user's messages before number `seq`, but for what was said elsewhere. */
  userMessageBefore(agentId: AgentId, seq: number): Promise<Message | undefined>
  /** Numbers of the messages that no model is shown any more, from number `seq` on. */
  hidden(agentId: AgentId, seq: number): Promise<readonly number[]>
  /** Oldest first. */
  ofRun(runId: RunId): Promise<readonly Message[]>
  /** How much would be embedded; `tokens` is an estimate. */
  embeddable(agentId: AgentId): Promise<{ readonly messages: number; readonly tokens: number }>
  /** The message and up to `each` that stand before and after it, in order; undefined: the agent has no such message. */
  around(agentId: AgentId, id: MessageId, each: number): Promise<readonly Message[] | undefined>
}

export interface MessageSearches {
  /**
   * Searches messages that contain text, as committed. `embed` is called with the models that embedded them, and the
   * search takes as long as it does; without it, or where nothing was embedded, words alone are searched.
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
  /** It is found by search, and never in the agent's own context. */
  readonly elsewhere?: true | undefined
}

export interface MessageWrites {
  /** All of one agent; they take its next numbers. */
  append(agentId: AgentId, messages: readonly NewMessage[]): Promise<void>
  /** From now on no model is shown what the run left in the history. */
  hideRun(runId: RunId): Promise<void>
}

// --- archives ---

export interface ArchiveFilter extends PageRequest {
  /** Only those that it has. */
  readonly agentId?: AgentId | undefined
}

export interface ArchiveReads {
  get(id: ArchiveId): Promise<Archive | undefined>
  /** Newest first, whether agents have them or not. */
  list(filter: ArchiveFilter): Promise<Page<Archive>>
  agentsOf(id: ArchiveId): Promise<readonly ArchiveHolder[]>
  /** Where the agent's inserts go; undefined: nowhere yet. */
  defaultOf(agentId: AgentId): Promise<ArchiveId | undefined>
  /** Of all archives, or of those that the agent has. Cheap: nothing is counted for it. */
  counts(agentId?: AgentId): Promise<ArchivalCounts>
}

export interface ArchiveWrites {
  /** One that no agent has yet. */
  create(archive: Omit<Archive, keyof ArchivalCounts>): Promise<void>
  /** Gives it to the agent, as its default or not; one that the agent has is changed in this. */
  attach(agentId: AgentId, id: ArchiveId, isDefault: boolean, at: Timestamp): Promise<void>
  /** The archive stays. False: the agent does not have it. */
  detach(agentId: AgentId, id: ArchiveId, at: Timestamp): Promise<boolean>
}

// --- passages (archival memory) ---

export interface PassageSearch extends PageRequest {
  /** User text; absent: newest first. */
  readonly query?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly matchAllTags?: boolean | undefined
  readonly includeSuperseded?: boolean | undefined
  /** Only of this archive, if the agent has it. */
  readonly archiveId?: ArchiveId | undefined
  /** Inclusive bounds on `createdAt`. */
  readonly after?: Timestamp | undefined
  readonly before?: Timestamp | undefined
}

export interface PassageReads {
  /** In any archive, or only in those of the agent. */
  find(id: PassageId, agentId?: AgentId): Promise<Passage | undefined>
  /**
   * The passage and up to `each` of its source that stand before and after it, in order; undefined: none of the
   * agent's archives has it.
   */
  around(agentId: AgentId, id: PassageId, each: number): Promise<readonly Passage[] | undefined>
  /** All of an archive, superseded ones too, oldest first. */
  ofArchive(id: ArchiveId, page: PageRequest): Promise<Page<PlacedPassage>>
}

export interface PlacedPassage extends Passage {
  /** Its place among those of its source, from 1; 0: it has no source. */
  readonly position: number
}

export interface PassageSearches {
  /** Searches the archives of the agent, as committed. `embed` as in `MessageSearches`. */
  search(agentId: AgentId, search: PassageSearch, embed?: EmbedQuery): Promise<HitPage<Passage>>
  /**
   * Current passages in the archives of the agent that share rare ones of these stems, those that share the most first.
   * Stems that stand in very many passages are passed over, so that it takes hardly longer in a large archive; of the
   * others the first dozen counts.
   */
  alike(agentId: AgentId, stems: readonly string[], limit: number): Promise<readonly Passage[]>
}

export interface PassageWrites {
  /**
   * Stores passages of one archive in their order, each as the last of its source. If the archive has one of the same
   * text and source, the tags are added to that one, and its id comes back with `duplicate: true`; if it was
   * superseded, it is current again.
   */
  insert(passages: readonly NewPassage[], at: Timestamp): Promise<readonly InsertedPassage[]>
  /**
   * Passages with a past, all of one archive. Nothing is looked after: no two of the archive may have the same text and
   * source, or the same place in a source, and what is superseded must be so by another of the archive, in no circle.
   */
  insertHistory(passages: readonly PlacedPassage[], at: Timestamp): Promise<void>
  /**
   * `id` took the place of `old`. False: none of the agent's archives has both, or something took the place of `old`
   * before.
   */
  supersede(agentId: AgentId, old: PassageId, id: PassageId, at: Timestamp): Promise<boolean>
  /** The agent found them. */
  recordFound(agentId: AgentId, ids: readonly PassageId[], at: Timestamp): Promise<void>
  /**
   * What it took the place of is current again, or superseded by what took its own. False: none of the agent's archives
   * has it.
   */
  delete(agentId: AgentId, id: PassageId, at: Timestamp): Promise<boolean>
}

export type NewPassage = Omit<Passage, 'supersededBy' | 'foundCount' | 'lastFoundAt'>

export interface InsertedPassage {
  readonly id: PassageId
  readonly createdAt: Timestamp
  readonly duplicate: boolean
}
