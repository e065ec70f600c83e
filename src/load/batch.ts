import type { LoadTarget } from '../core/load.ts'

/* Messages to and from the parsing thread: plain data, copied between threads. */

/** A file to parse. The bytes come from an open file, or are given. */
export interface ParseTask {
  /** The name that people know it by, with its ending. */
  readonly name: string
  readonly into: LoadTarget
  readonly content: { readonly fd: number } | { readonly bytes: Uint8Array }
  readonly mediaType?: string
}

export interface ParsedPassage {
  readonly text: string
  readonly tags?: readonly string[]
  /** ISO 8601. */
  readonly createdAt?: string
  readonly expiresAt?: string
  /** Instead of the file that it is in; empty: none. */
  readonly source?: string
}

export interface ParsedMessage {
  /** Identifies the message within everything that is loaded, so that it is stored once. */
  readonly key: string
  readonly role: 'user' | 'assistant'
  readonly text: string
  readonly at: string | null
}

export interface ParsedBlock {
  readonly label: string
  readonly value: string
  readonly description?: string
  readonly limit?: number
  readonly readOnly?: boolean
}

/** A part of a file, in its order, small enough for one transaction. */
export type Batch =
  | {
      readonly kind: 'passages'
      /** Part of the file that they are of, such as a file in a zip; empty: the file itself. */
      readonly part: string
      readonly passages: readonly ParsedPassage[]
    }
  | { readonly kind: 'messages'; readonly messages: readonly ParsedMessage[] }
  | ({ readonly kind: 'block' } & ParsedBlock)
  /** A part that was not taken, and why; a sentence. */
  | { readonly kind: 'left_out'; readonly note: string }

export type FromParser =
  | { readonly type: 'batch'; readonly batch: Batch }
  | { readonly type: 'done' }
  /** The file was refused; a sentence. */
  | { readonly type: 'refused'; readonly reason: string }

export type ToParser =
  | { readonly type: 'parse'; readonly task: ParseTask }
  | { readonly type: 'next' }
