import { Transform } from 'node:stream'
import { MAX_BODY_BYTES } from '../../http/limits.ts'
import { judgeLine, type LineRefusal, TOO_LONG } from './judge-line.ts'

const NEWLINE = 0x0a

/**
 * Passes on lines that the SDK can handle. The SDK itself does not answer an invalid message, so a client may wait for
 * ever, and it closes the connection on a line that is too long.
 */
export function checkedLines(refuse: (refusal: LineRefusal) => void): Transform {
  /** Parts of the current line. */
  let parts: Buffer[] = []
  let bytes = 0

  const add = (part: Buffer) => {
    bytes += part.length
    // Beyond the limit only the length is counted, so memory stays bounded.
    if (bytes <= MAX_BODY_BYTES) parts.push(part)
    else parts = []
  }
  const finish = (lines: Transform) => {
    const isTooLong = bytes > MAX_BODY_BYTES
    const line = Buffer.concat(parts).toString('utf8').trim()
    parts = []
    bytes = 0
    if (isTooLong) return refuse(TOO_LONG)
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
