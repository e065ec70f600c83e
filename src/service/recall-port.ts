import type { ArchiveView } from '../core/archive.ts'
import type { Timestamp } from '../core/clock.ts'
import type { FoundBy } from '../core/found.ts'
import type { AgentId, PassageId } from '../core/ids.ts'
import type { Message, MessageRole } from '../core/message.ts'
import type { Page, PageRequest } from '../core/page.ts'
import type { Passage } from '../core/passage.ts'

/* The part of the port `context.ts` that holds what is searched. */

export interface SearchFilter {
  readonly query?: string | undefined
  /** ISO 8601, inclusive; a date alone means that whole day, in UTC. */
  readonly after?: string | undefined
  readonly before?: string | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface Found<T> {
  readonly item: T
  readonly score?: number
  readonly foundBy?: FoundBy
}

export interface FoundPage<T> extends Page<Found<T>> {
  /** Sentences: what had no part in it, and why. */
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
      readonly archiveId?: string | undefined
      /** A passage that the only one of these takes the place of. */
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
  /** With up to `each` neighbours on either side, in the order of their source. */
  around(agent: string, passageId: string, each: number): Promise<readonly Passage[]>
  delete(agent: string, passageId: string): Promise<PassageId>
  /** With `agent`: only if that agent can find it. */
  get(passageId: string, agent?: AgentId): Promise<Passage>
}

export interface InsertedPassages {
  readonly passages: readonly {
    readonly id: PassageId
    readonly createdAt: Timestamp
    readonly duplicate: boolean
  }[]
  /** Older ones that say nearly the same as one of these, or contradict it. */
  readonly similar: readonly {
    readonly passage: Passage
    readonly to: PassageId
    /** From 0 to 1. */
    readonly similarity: number
  }[]
}

export interface ArchivesPort {
  /** Newest first; only the agent's, only that one. */
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
  /** Where `asDefault` is not said, an agent that has no default gets this one. */
  attach(agent: string, archiveId: string, asDefault?: boolean): Promise<ArchiveView>
  /** The archive itself stays. */
  detach(agent: string, archiveId: string): Promise<ArchiveView>
}

export interface RecallPort {
  search(
    agent: string,
    filter: SearchFilter & { readonly roles?: readonly MessageRole[] | undefined },
  ): Promise<FoundPage<Message>>
  /** The conversation as it was, newest page first, each page oldest first. */
  list(agent: string, limit: number): Promise<readonly Message[]>
  /** With up to `each` messages in which somebody speaks on either side, in order. */
  around(agent: string, messageId: string, each: number): Promise<readonly Message[]>
}
