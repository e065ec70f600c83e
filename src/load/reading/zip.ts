import { Unzip, UnzipInflate } from 'fflate'
import type { ParseTask } from '../batch.ts'
import { Refused } from '../refused.ts'
import { chunksOf } from './content.ts'
import { MAX_ENTRIES } from './limits.ts'

export interface ZipEntry {
  readonly name: string
  /** Undefined: it is larger than an entry may be. */
  readonly bytes: Uint8Array | undefined
}

/** Files in a zip, unpacked one after another. What was unpacked is counted, whatever the zip says of itself. */
export async function* entriesOf(
  content: ParseTask['content'],
  limits: { readonly bytes: number; readonly perEntry: number },
  wanted: (name: string) => boolean = () => true,
): AsyncGenerator<ZipEntry> {
  const ready: ZipEntry[] = []
  let unpacked = 0
  let entries = 0
  let problem: Error | undefined
  const unzip = new Unzip((file) => {
    entries += 1
    if (entries > MAX_ENTRIES) problem ??= tooMany()
    if (problem || file.name.endsWith('/') || !wanted(file.name)) return
    let chunks: Uint8Array[] | undefined = []
    let size = 0
    file.ondata = (error, chunk, isLast) => {
      if (error) problem ??= new Refused('It is no zip that can be read, or it is damaged.')
      if (problem) return file.terminate()
      size += chunk.length
      unpacked += chunk.length
      if (unpacked > limits.bytes) {
        problem = tooLarge(limits.bytes)
        return file.terminate()
      }
      if (size > limits.perEntry) chunks = undefined
      chunks?.push(chunk)
      if (isLast) ready.push({ name: file.name, bytes: chunks && Buffer.concat(chunks) })
    }
    file.start()
  })
  unzip.register(UnzipInflate)
  for await (const chunk of chunksOf(content)) {
    for (let from = 0; from < chunk.length && !problem; from += PIECE) {
      push(chunk.subarray(from, from + PIECE), false)
      yield* ready.splice(0)
    }
    if (problem) throw problem
  }
  push(new Uint8Array(0), true)
  if (problem) throw problem
  if (entries === 0) throw new Refused('It is no zip that can be read, or it is empty.')
  yield* ready.splice(0)

  function push(piece: Uint8Array, isLast: boolean): void {
    try {
      unzip.push(piece, isLast)
    } catch {
      problem ??= new Refused('It is no zip that can be read, or it is damaged.')
    }
  }
}

/** A small piece of a zip bomb unpacks to a thousand times its size before it can be stopped. Chosen by hand. */
const PIECE = 16_384

const tooMany = () => new Refused(`It holds more than ${MAX_ENTRIES} files. Split it.`)
const tooLarge = (bytes: number) =>
  new Refused(`It unpacks to more than ${bytes / 1e6} MB, which is the most that is unpacked.`)
