import type { FoundBy } from '../../core/found.ts'
import type { MessageRole } from '../../core/message.ts'
import type { QueryVector } from '../port/store.ts'
import type { TextIndex } from './dialect.ts'

/** A ranked search as data, so that it can be made in another thread. */
export interface RankedRequest {
  readonly index: TextIndex
  readonly namespace: string
  readonly query: string
  readonly limit: number
  readonly offset: number
  /** Entries after this row were inserted since the first page; undefined: all. */
  readonly upTo: number | undefined
  readonly filter: RankedFilter
  /** Absent: words alone. */
  readonly meaning?: MeaningRequest | undefined
}

export interface MeaningRequest {
  readonly sets: readonly VectorSet[]
  readonly questions: readonly QueryVector[]
  /** Vectors after this one were stored since the first page; undefined: all. */
  readonly upTo: number | undefined
}

/** All entries of one archive or agent as one model sees them. */
export interface VectorSet {
  readonly row: number
  /** The archive or agent. */
  readonly owner: string
  readonly handle: string
}

export interface RankedFilter {
  /** Words as `search-scope.ts` makes them; entries of any of them. */
  readonly scopes: readonly string[]
  /** The archives or the agent that the scopes belong to. */
  readonly owners: readonly string[]
  /** Inclusive. */
  readonly after?: string | undefined
  readonly before?: string | undefined
  /** Of messages; the scopes say the same. */
  readonly roles?: readonly MessageRole[]
  /** Each of them asks for one of its tags. */
  readonly tags?: readonly (readonly string[])[]
  readonly exceptRun?: string | undefined
  /** Of passages; the scopes say the same. */
  readonly includeSuperseded?: boolean | undefined
}

export interface RankedAnswer {
  readonly hits: readonly RankedHit[]
  readonly more: boolean
  /** The newest row that was there; hand it back as `upTo` for the pages after this one. */
  readonly upTo: number
  /** The same for vectors; 0: they were not asked. */
  readonly vectorsUpTo: number
  /** Why vectors were not asked though they were to be. */
  readonly problem: VectorProblem | null
}

/** `filling`: their in-memory index is being filled. `dimension`: the question's vector has another one. */
export type VectorProblem = 'filling' | 'dimension'

export interface RankedHit {
  readonly row: number
  /** Higher is better. */
  readonly score: number
  readonly foundBy: FoundBy
}

/** A search for passages with the same words, as data. */
export interface AlikeRequest {
  readonly scopes: readonly string[]
  readonly stems: readonly string[]
  readonly limit: number
}

/** Look at what is committed, without keeping the event loop. */
export interface Searches {
  ranked(request: RankedRequest): Promise<RankedAnswer>
  /** Rows, those that share the most of the rare stems first. */
  alike(request: AlikeRequest): Promise<readonly number[]>
  /** What indexes of vectors take of the memory now. */
  indexBytes(): Promise<number>
}
