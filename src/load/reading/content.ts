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

/** Text in UTF-8, UTF-16 with its mark, or else Windows-1252 or what it says itself. */
export function decode(bytes: Uint8Array, said?: string): string {
  const marked = markedEncoding(bytes)
  if (marked !== undefined) return new TextDecoder(marked).decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return typographic(decoderFor(said).decode(bytes))
  }
}

/** The beginning of a text; its last character may be cut in the middle. */
export function decodeBeginning(bytes: Uint8Array): string {
  return new TextDecoder(markedEncoding(bytes) ?? 'utf-8').decode(bytes)
}

/** Like `decode`, piece by piece. Reads the content twice, since its last byte may tell that it is no UTF-8. */
export async function* textOf(content: Content): AsyncGenerator<string> {
  const decoder = new TextDecoder(await encodingOf(content))
  const clean = decoder.encoding === FALLBACK ? typographic : (text: string) => text
  for await (const chunk of chunksOf(content)) yield clean(decoder.decode(chunk, { stream: true }))
  yield decoder.decode()
}

async function encodingOf(content: Content): Promise<string> {
  const marked = markedEncoding(await beginningOf(content, 2))
  if (marked !== undefined) return marked
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const chunk of chunksOf(content)) decoder.decode(chunk, { stream: true })
    decoder.decode()
    return 'utf-8'
  } catch {
    return FALLBACK
  }
}

const FALLBACK = 'windows-1252'
/** The characters of Windows-1252 from 0x80 on. */
const TYPOGRAPHIC = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

/** Some versions of Node take Windows-1252 for Latin-1, which has control characters there. */
function typographic(text: string): string {
  return text.replaceAll(
    /[\u0080-\u009f]/g,
    (character) => TYPOGRAPHIC[character.charCodeAt(0) - 0x80] ?? character,
  )
}

function markedEncoding(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined
}

function decoderFor(name = FALLBACK) {
  try {
    return new TextDecoder(name)
  } catch {
    return new TextDecoder(FALLBACK)
  }
}
