import { Transform } from 'node:stream'
import { MAX_BODY_BYTES } from '../../http/limits.ts'
import { judgeLine, type LineRefusal, TOO_LONG } from './judge-line.ts'
import { PICTURE_BODIES } from './picture-bodies.ts'

const NEWLINE = 0x0a

/**
 * Passes on lines that the SDK can handle. The SDK itself does not answer an invalid message, so a client may wait for
 * ever, and it closes the connection on a line that is too long.
 */
export function checkedLines(refuse: (refusal: LineRefusal) => void): Transform {
  /** Parts of the current line. */
  let parts: Buffer[] = []
  let bytes = 0
  let isTooLong = false

  const add = (part: Buffer) => {
    if (isTooLong) return
    const wasUsual = bytes <= MAX_BODY_BYTES
    bytes += part.length
    parts.push(part)
    isTooLong =
      bytes > PICTURE_BODIES.maxBytes ||
      (bytes > MAX_BODY_BYTES && wasUsual && !PICTURE_BODIES.mayBe(Buffer.concat(parts)))
    // The rest of the line is skipped, so memory stays bounded.
    if (isTooLong) parts = []
  }
  const finish = (lines: Transform) => {
    const wasTooLong = isTooLong
    const line = Buffer.concat(parts).toString('utf8').trim()
    parts = []
    bytes = 0
    isTooLong = false
    if (wasTooLong) return refuse(TOO_LONG)
    if (line === '') return
    const refusal = judgeLine(line)
    if (refusal === undefined) lines.push(`${line}\n`)
    else refuse(refusal)
  }

  return new Transform({
    transform(chunk: Buffer, _, done) {
      let start = 0
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
        add(chunk.subarray(start, end))
        finish(this)
        start = end + 1
      }
      if (start < chunk.length) add(chunk.subarray(start))
      done()
    },
  })
}
