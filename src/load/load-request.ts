import { type ArchiveId, storedId } from '../core/ids.ts'
import { isRecord } from '../core/is-record.ts'
import { LOAD_TARGETS, type LoadTarget } from '../core/load.ts'

/** Where what is loaded comes from. */
export type LoadOrigin =
  | { readonly kind: 'text'; readonly text: string }
  /** The bytes of a file as base64. */
  | { readonly kind: 'data'; readonly data: string }
  | { readonly kind: 'url'; readonly url: string }
  /** Absolute, without symbolic links in it. */
  | { readonly kind: 'path'; readonly path: string }

/** The input of a job of the kind `load`. */
export interface LoadRequest {
  readonly from: LoadOrigin
  readonly into: LoadTarget
  /** The source of its passages, or what their sources begin with. */
  readonly name: string
  /** Says what would be taken, and stores nothing. */
  readonly dryRun: boolean
  /** Looks for changes again and again, until it is cancelled. */
  readonly watch: boolean
  /** The archive that it goes to; absent: one of the agent. */
  readonly archiveId?: ArchiveId
  /** A document of that name is an earlier version, wherever it came from. */
  readonly replaces?: boolean
}

/** Reads the input of a job that this or another version wrote. */
export function readLoadRequest(input: string): LoadRequest {
  const value: unknown = JSON.parse(input)
  if (!isRecord(value) || !isRecord(value.from)) throw new Error('not a request to load')
  const { kind, text, data, url, path } = value.from
  const into = LOAD_TARGETS.find((one) => one === value.into)
  if (into === undefined) throw new Error('not a target of loading')
  const rest = {
    into,
    name: String(value.name),
    dryRun: value.dryRun === true,
    watch: value.watch === true,
    ...(typeof value.archiveId === 'string' && {
      archiveId: storedId('archive', value.archiveId),
    }),
    ...(value.replaces === true && { replaces: true }),
  }
  if (kind === 'text') return { ...rest, from: { kind, text: String(text) } }
  if (kind === 'data') return { ...rest, from: { kind, data: String(data) } }
  if (kind === 'url') return { ...rest, from: { kind, url: String(url) } }
  if (kind === 'path') return { ...rest, from: { kind, path: String(path) } }
  throw new Error('not an origin of loading')
}

/** Where a load comes from, to tell later loads of the same; empty for what was sent. Pure. */
export function originOf(from: LoadOrigin): string {
  if (from.kind === 'path') return from.path
  return from.kind === 'url' ? from.url : ''
}
