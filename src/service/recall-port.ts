import type { ArchiveView } from '../core/archive.ts'
import type { Timestamp } from '../core/clock.ts'
import type { Excerpt, FoundBy, Places, Why } from '../core/found.ts'
import type { AgentId, PassageId } from '../core/ids.ts'
import type { Message, MessageRole } from '../core/message.ts'
import type { Page, PageRequest } from '../core/page.ts'
import type { Passage } from '../core/passage.ts'
import type { ArchiveWalk, MessageWalk, PassageWalk } from './walks.ts'

/* Part of the port in `context.ts`: search in archival and recall memory. */

export interface SearchFilter {
  readonly query?: string | undefined
  /** ISO 8601, inclusive; a date alone means that whole day in UTC. */
  readonly after?: string | undefined
  readonly before?: string | undefined
  /** Searches as if it were then, a date alone as if at its end. */
  readonly asOf?: string | undefined
  /** Joins each result with its neighbours to a text of at most so many characters. */
  readonly excerptChars?: number | undefined
  /** Says why each result was found. */
  readonly explain?: boolean | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface Found<T> {
  readonly item: T
  /** Only where it was asked for. */
  readonly excerpt?: Excerpt
  readonly score?: number
  readonly foundBy?: FoundBy
  readonly places?: Places
  readonly why?: Why
}

export interface FoundPage<T> extends Page<Found<T>> {
  /** Sentences that name sources that were not searched, and why. */
  readonly warnings?: readonly string[]
}

export interface ArchivalPort {
  insert(
    agent: string,
    texts: readonly string[],
    options: {
      readonly tags?: readonly string[] | undefined
      readonly source?: string | undefined
      readonly createdAt?: string | undefined
      /** From then on they are hidden like superseded ones. */
      readonly expiresAt?: string | undefined
      readonly archiveId?: string | undefined
      /** Id of the passage that the inserted one replaces; needs exactly one text. */
      readonly supersedes?: string | undefined
    },
  ): Promise<InsertedPassages>
  search(
    agent: string,
    filter: SearchFilter & {
      readonly tags?: readonly string[] | undefined
      readonly matchAllTags?: boolean | undefined
      readonly includeSuperseded?: boolean | undefined
      readonly archiveId?: string | undefined
    },
  ): Promise<FoundPage<Passage>>
  /** The passage with up to `each` neighbours on either side, in the order of their source. */
  around(agent: string, passageId: string, each: number): Promise<readonly Passage[]>
  delete(agent: string, passageId: string): Promise<PassageId>
  /** With `agent`, only if that agent can find the passage. */
  get(passageId: string, agent?: AgentId): Promise<Passage>
}

export interface InsertedPassages {
  readonly passages: readonly {
    readonly id: PassageId
    readonly createdAt: Timestamp
    readonly duplicate: boolean
  }[]
  /** Older passages that nearly repeat or may contradict an inserted one. */
  readonly similar: readonly {
    readonly passage: Passage
    readonly to: PassageId
    readonly likely: 'contradiction' | 'repetition'
    /** Whole days from its time to that of the inserted one. */
    readonly ageDays: number
    /** Weighted share of common words, from 0 to 1. */
    readonly similarity: number
  }[]
}

export interface ArchivesPort {
  /** Newest first. `agent` and `archiveId` filter the list. */
  list(
    filter: PageRequest & {
      readonly agent?: string | undefined
      readonly archiveId?: string | undefined
    },
  ): Promise<Page<ArchiveView>>
  create(archive: {
    readonly name: string
    readonly description?: string | undefined
    readonly agent?: string | undefined
  }): Promise<ArchiveView>
  /** Without `asDefault`, the archive becomes the default of an agent that has none. */
  attach(agent: string, archiveId: string, asDefault?: boolean): Promise<ArchiveView>
  /** Detaches the archive without deleting it. */
  detach(agent: string, archiveId: string): Promise<ArchiveView>
  walk(walk: ArchiveWalk): Promise<readonly ArchiveView[]>
  get(archiveId: string): Promise<ArchiveView>
  update(
    archiveId: string,
    changes: { readonly name?: string; readonly description?: string },
  ): Promise<ArchiveView>
  /** Takes the archive from all agents, and deletes it with its passages. */
  remove(archiveId: string): Promise<void>
  /** Current passages of an agent or an archive, by their own time. */
  passages(walk: PassageWalk): Promise<readonly Passage[]>
  /** Inserts into an archive, whether or not an agent has it. All or nothing. */
  insert(
    archiveId: string,
    entries: readonly {
      readonly text: string
      readonly tags?: readonly string[] | undefined
      readonly createdAt?: string | undefined
    }[],
  ): Promise<readonly PassageId[]>
  removePassage(archiveId: string, passageId: string): Promise<void>
}

export interface RecallPort {
  search(
    agent: string,
    filter: SearchFilter & { readonly roles?: readonly MessageRole[] | undefined },
  ): Promise<FoundPage<Message>>
  /** The newest `limit` messages of the conversation, oldest first. */
  list(agent: string, limit: number): Promise<readonly Message[]>
  /** As they were added to their history; only messages since it was last reset. */
  walk(walk: MessageWalk): Promise<readonly Message[]>
  get(messageId: string): Promise<Message>
  /** The message with up to `each` spoken messages on either side, oldest first. */
  around(agent: string, messageId: string, each: number): Promise<readonly Message[]>
}
