import { Transform } from 'node:stream'
import { MOST_BYTES } from '../../http/limits.ts'
import { judgeLine, type LineRefusal, TOO_LONG } from './judge-line.ts'

const NEWLINE = 0x0a

/**
 * Passes on the lines that the SDK can serve. By itself it leaves what is no message without an answer, for which a
 * client may wait for ever, and ends the connection over a line that is too long.
 */
export function checkedLines(refuse: (refusal: LineRefusal) => void): Transform {
  /** The line that has begun. */
  let parts: Buffer[] = []
  let bytes = 0

  const add = (part: Buffer) => {
    bytes += part.length
    // No more than what tells that it is too long is kept.
    if (bytes <= MOST_BYTES) parts.push(part)
    else parts = []
  }
  const finish = (lines: Transform) => {
    const isTooLong = bytes > MOST_BYTES
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
