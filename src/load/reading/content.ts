import { fstatSync, readSync } from 'node:fs'
import type { ParseTask } from '../batch.ts'
import { Refused } from '../refused.ts'
import { MAX_WHOLE_BYTES } from './limits.ts'

type Content = ParseTask['content']

/** Bytes read at once, as Node's own streams do. */
const CHUNK_BYTES = 65_536

/** The bytes in order. */
export async function* chunksOf(content: Content): AsyncGenerator<Uint8Array> {
  if ('bytes' in content) {
    yield content.bytes
    return
  }
  // No read stream: left early, it closes the file, which belongs to the thread that opened it.
  for (let position = 0; ; ) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
    const read = readSync(content.fd, chunk, 0, CHUNK_BYTES, position)
    if (read === 0) return
    position += read
    yield chunk.subarray(0, read)
  }
}

export function sizeOf(content: Content): number {
  return 'bytes' in content ? content.bytes.byteLength : fstatSync(content.fd).size
}

export async function wholeOf(content: Content): Promise<Uint8Array> {
  const size = sizeOf(content)
  if (size > MAX_WHOLE_BYTES) {
    throw new Refused(
      `It has ${Math.round(size / 1e6)} MB, and a file of this kind is read up to ${MAX_WHOLE_BYTES / 1e6} MB. Split it.`,
    )
  }
  if ('bytes' in content) return content.bytes
  const chunks: Uint8Array[] = []
  for await (const chunk of chunksOf(content)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** The first bytes, to tell what it is. */
export async function beginningOf(content: Content, bytes: number): Promise<Uint8Array> {
  if ('bytes' in content) return content.bytes.subarray(0, bytes)
  const beginning = Buffer.alloc(bytes)
  return beginning.subarray(0, readSync(content.fd, beginning, 0, bytes, 0))
}

/** Text in UTF-8, UTF-16 with its mark, or else Windows-1252. */
export function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}
