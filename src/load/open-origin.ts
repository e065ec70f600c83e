import { lstat, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { UserError } from '../core/errors.ts'
import type { GuardedFetch } from '../fetch/guarded-fetch.ts'
import type { ParseTask } from './batch.ts'
import { isInside } from './is-inside.ts'
import type { LoadRequest } from './load-request.ts'
import { openFile, walk } from './walk.ts'

/** Bytes of a page or document from the web, and the time for all of it. Chosen by hand. */
const MAX_FETCHED_BYTES = 64_000_000
const FETCH_MILLISECONDS = 120_000

/** A file to load. Closed by the caller. */
export interface OriginFile {
  /** Files come in the order of their keys. */
  readonly key: string
  /** Source of its passages. */
  readonly source: string
  /** Differs after a change, and is known without reading the file; absent: nothing tells. */
  look?(): Promise<{ readonly bytes: number; readonly changedAt: number } | undefined>
  open(): Promise<OpenedFile | { readonly skipped: string }>
}

export interface OpenedFile extends Pick<ParseTask, 'content' | 'mediaType'> {
  /** Tells its kind. */
  readonly name: string
  /** When it was last changed, in milliseconds since 1970. */
  readonly changedAt?: number
  readonly bytes: number
  close(): Promise<void>
}

/** How many files a request names, as far as they can be counted. */
export async function countFiles({ from }: Pick<LoadRequest, 'from'>): Promise<number> {
  if (from.kind !== 'path') return 1
  const found = await stat(from.path).catch(() => undefined)
  if (!found?.isDirectory()) return 1
  let files = 0
  for await (const _ of walk(from.path)) files += 1
  return files
}

/** The files that a request names, one by one. Throws UserError if it can't be read. */
export async function* openOrigin(
  { from, name }: Pick<LoadRequest, 'from' | 'name'>,
  fetch: GuardedFetch,
  signal: AbortSignal,
): AsyncGenerator<OriginFile> {
  switch (from.kind) {
    case 'text':
      yield { key: 'text', source: name, open: async () => given(name, from.text) }
      return
    case 'data':
      yield { key: 'data', source: name, open: async () => sent(name, from.data) }
      return
    case 'url':
      yield { key: 'url', source: name, open: () => fetched(from.url, fetch, signal) }
      return
    case 'path':
      yield* filesAt(from.path, name)
  }
}

/** Content in memory, which nothing needs to close. */
function keptIn({ bytes }: { readonly bytes: Uint8Array }) {
  return { bytes: bytes.byteLength, close: async () => undefined }
}

function given(name: string, text: string): OpenedFile {
  // A text without a kind of its own may have headings.
  const isNamed = /\.[a-z0-9]{1,8}$/i.test(name)
  const content = { bytes: Buffer.from(text) }
  return { content, name: isNamed ? name : `${name}.md`, ...keptIn(content) }
}

function sent(name: string, data: string): OpenedFile {
  const content = { bytes: Buffer.from(data, 'base64') }
  return { content, name, ...keptIn(content) }
}

async function fetched(url: string, fetch: GuardedFetch, signal: AbortSignal): Promise<OpenedFile> {
  const limits = { maxBytes: MAX_FETCHED_BYTES, milliseconds: FETCH_MILLISECONDS }
  const { body, mediaType, url: last } = await fetch(url, { ...limits, signal })
  const name = basename(new URL(last).pathname)
  const content = { bytes: body }
  return { content, mediaType, name, ...keptIn(content) }
}

async function* filesAt(path: string, name: string): AsyncGenerator<OriginFile> {
  // It had no links in it when the load was asked for. One that has come since may lead anywhere.
  const real = await realpath(path).catch(() => undefined)
  const found = real === path ? await stat(path).catch(() => undefined) : undefined
  if (!found) throw notReadable()
  if (!found.isDirectory()) {
    const look = () => lookAt(path)
    yield { key: basename(path), source: name, look, open: () => opened(path) }
    return
  }
  for await (const { key, path: listed, skipped } of walk(path)) {
    yield {
      ...{ key, source: `${name}/${key}`, look: () => lookAt(listed) },
      open: async () => (skipped === undefined ? openedWithin(path, listed) : { skipped }),
    }
  }
}

/** A folder on the way may have been replaced by a link since it was listed. */
async function openedWithin(folder: string, path: string): ReturnType<OriginFile['open']> {
  const above = await realpath(dirname(path)).catch(() => undefined)
  if (above !== undefined && !isInside(above, folder))
    return { skipped: 'It leads out of the folder.' }
  return opened(join(above ?? dirname(path), basename(path)))
}

async function lookAt(path: string) {
  const found = await lstat(path).catch(() => undefined)
  return found?.isFile() ? { bytes: found.size, changedAt: Math.floor(found.mtimeMs) } : undefined
}

async function opened(path: string): ReturnType<OriginFile['open']> {
  const handle = await openFile(path)
  if (!handle) return { skipped: 'It can not be read, or is no file.' }
  const { mtimeMs, size } = await handle.stat()
  return {
    content: { fd: handle.fd },
    name: basename(path),
    ...{ changedAt: Math.floor(mtimeMs), bytes: size },
    close: () => handle.close(),
  }
}

function notReadable(): UserError {
  return new UserError(
    'not_found',
    'There is nothing to read at that path any more. Look whether it was moved, and load it again.',
  )
}
