import { open } from 'node:fs/promises'

/** Chosen by hand. */
const CHUNK_BYTES = 1024 * 1024
const LINE_FEED = 0x0a

/** Reads a file from its end in chunks of lines, each chunk in order. A line longer than a chunk is not split. */
export async function* readBack(path: string, maxBytes: number): AsyncGenerator<readonly string[]> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const first = Math.max(0, size - maxBytes)
    // The beginning of a line whose end was already read.
    let rest = Buffer.alloc(0)
    for (let end = size; end > first; ) {
      const start = Math.max(first, end - CHUNK_BYTES)
      const chunk = Buffer.alloc(end - start)
      await file.read(chunk, 0, chunk.length, start)
      end = start
      const known = Buffer.concat([chunk, rest])
      const cut = start === 0 ? -1 : known.indexOf(LINE_FEED)
      if (start > 0 && cut < 0) {
        rest = known
        continue
      }
      rest = known.subarray(0, Math.max(cut, 0))
      yield known
        .subarray(cut + 1)
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== '')
    }
  } finally {
    await file.close()
  }
}
