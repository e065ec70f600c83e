import type { Timestamp } from '../../core/clock.ts'
import type { FoundBy, Places, Why } from '../../core/found.ts'
import type { MessageRole } from '../../core/message.ts'
import type { QueryVector } from '../port/store.ts'
import type { TextIndex } from './dialect.ts'

/** A ranked search as plain data, so that it can run in another thread. */
export interface RankedRequest {
  readonly index: TextIndex
  readonly namespace: string
  readonly query: string
  /** The moment of asking, and whose days a question means. */
  readonly now: Timestamp
  readonly timezone: string
  readonly limit: number
  readonly offset: number
  /** Highest row at the time of the first page; undefined: no bound. */
  readonly upTo: number | undefined
  /** Hits say why they were found, which is much to hand between threads. */
  readonly explain?: boolean | undefined
  readonly filter: RankedFilter
  /** Absent: keyword search only. */
  readonly meaning?: MeaningRequest | undefined
}

export interface MeaningRequest {
  readonly sets: readonly VectorSet[]
  readonly questions: readonly QueryVector[]
  /** Highest vector row at the time of the first page; undefined: no bound. */
  readonly upTo: number | undefined
}

/** All entries of one archive or agent under one embedding model. */
export interface VectorSet {
  readonly row: number
  /** The archive or agent. */
  readonly owner: string
  readonly handle: string
}

export interface RankedFilter {
  /** Scopes as made by `search-scope.ts`; entries in any of them match. */
  readonly scopes: readonly string[]
  /** The archives or the agent that the scopes belong to. */
  readonly owners: readonly string[]
  /** Inclusive. */
  readonly after?: string | undefined
  readonly before?: string | undefined
  /** Messages only; the scopes imply it. */
  readonly roles?: readonly MessageRole[]
  /** For each list, an entry must have one of its tags. */
  readonly tags?: readonly (readonly string[])[]
  readonly exceptRun?: string | undefined
  /** Passages only: none that has expired by then. Absent: none of the owners' passages ever expires. */
  readonly livesAt?: string | undefined
  /** Passages only: those superseded later count as current. The scopes include both. */
  readonly asOf?: string | undefined
  /** Passages only; the scopes imply it. */
  readonly includeSuperseded?: boolean | undefined
}

export interface RankedAnswer {
  readonly hits: readonly RankedHit[]
  readonly more: boolean
  /** Highest row at the time of the first page; pass it back as `upTo` for the next pages. */
  readonly upTo: number
  /** The same for vectors; 0: no vector search took part. */
  readonly vectorsUpTo: number
  /** Why vector search was requested but took no part. */
  readonly problem: VectorProblem | null
}

/** `filling`: the in-memory index is loading. `dimension`: the query vector has another dimension than the set. */
export type VectorProblem = 'filling' | 'dimension'

export interface RankedHit {
  readonly row: number
  /** Higher is better. */
  readonly score: number
  readonly foundBy: FoundBy
  readonly places: Places
  readonly why?: Why
}

/** A search for passages that share words, as plain data. */
export interface AlikeRequest {
  readonly scopes: readonly string[]
  readonly stems: readonly string[]
  readonly limit: number
}

/** Searches of committed data that do not block the event loop. */
export interface Searches {
  /** Starts what the first search would have to wait for. `meaning`: vectors will be searched. */
  prepare(wants: { readonly meaning: boolean }): void
  ranked(request: RankedRequest): Promise<RankedAnswer>
  /** Row numbers; those that share the most rare stems come first. */
  alike(request: AlikeRequest): Promise<readonly number[]>
  /** Memory of in-memory vector indexes, in bytes. */
  indexBytes(): Promise<number>
}
