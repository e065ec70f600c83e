import { isRecord } from '../core/is-record.ts'

/** Kind of the jobs that keep a block in step. */
export const SYNC_JOB = 'sync_block'

export type SyncOrigin =
  | { readonly kind: 'url'; readonly url: string }
  /** A tool of the agent, by its name. */
  | {
      readonly kind: 'tool'
      readonly name: string
      readonly arguments: Readonly<Record<string, unknown>>
    }

/** The input of a job. */
export interface SyncRequest {
  readonly label: string
  readonly from: SyncOrigin
  readonly everyMinutes: number
}

/** The text that was found and written at the last look, as digests stored with the job. */
export interface SyncState {
  /** Id of the block; another one of the same label begins anew. */
  readonly block: string | null
  /** Digest of the text that was found; null: none yet. */
  readonly found: string | null
  /** Digest of the value that was written or stood there already. */
  readonly wrote: string | null
  /** Looks that failed since the last that did not. */
  readonly failures: number
}

/** Reads the input of a job that this or another version wrote. */
export function readSyncRequest(input: string): SyncRequest {
  const value: unknown = JSON.parse(input)
  if (!isRecord(value) || !isRecord(value.from)) throw new Error('not a request to sync a block')
  const { kind, url, name } = value.from
  const rest = { label: String(value.label), everyMinutes: Number(value.everyMinutes) }
  if (kind === 'url') return { ...rest, from: { kind, url: String(url) } }
  const args = isRecord(value.from.arguments) ? value.from.arguments : {}
  if (kind === 'tool') return { ...rest, from: { kind, name: String(name), arguments: args } }
  throw new Error('not an origin of a block')
}

export function readSyncState(state: string | null): SyncState {
  const value: unknown = state === null ? {} : JSON.parse(state)
  const { block, found, wrote, failures } = isRecord(value) ? value : {}
  return {
    block: typeof block === 'string' ? block : null,
    found: typeof found === 'string' ? found : null,
    wrote: typeof wrote === 'string' ? wrote : null,
    failures: typeof failures === 'number' ? failures : 0,
  }
}

/** Names the origin for people, without the query of an address, which may hold a secret. */
export function describeOrigin(from: SyncOrigin): string {
  if (from.kind === 'tool') return `the tool ${from.name}`
  const { host, pathname } = new URL(from.url)
  return `https://${host}${pathname}`
}
