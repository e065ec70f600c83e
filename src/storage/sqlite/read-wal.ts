import { readStamp, type Stamp, type Wal } from './generation.ts'

/* Sizes of the WAL format (fileformat2, section 4.1). */
const HEADER = 32
const FRAME_HEADER = 24
/** Chosen by hand. */
const FRAMES_AT_ONCE = 256

export type ReadBytes = (at: number, length: number) => Buffer

/** Reads a -wal as SQLite does after a crash: up to the first bad checksum, then back to the last commit. */
export function readWal(read: ReadBytes, size: number): Wal {
  const header = read(0, HEADER)
  const unreadable: Wal = {
    frames: 0,
    isReadable: false,
    salt: '',
    first: undefined,
    last: undefined,
  }
  if (header.length < HEADER || header.readUInt32BE(0) >>> 1 !== 0x377f_0682 >>> 1)
    return unreadable
  const sum = createSum((header.readUInt32BE(0) & 1) === 1)
  sum.add(header.subarray(0, 24))
  if (!sum.is(header.readUInt32BE(24), header.readUInt32BE(28))) return unreadable
  const pageSize = header.readUInt32BE(8)
  const frameSize = FRAME_HEADER + pageSize
  const salt = header.subarray(16, 24)

  let frames = 0
  let first: Stamp | undefined
  let last: Stamp | undefined
  let stamped: Stamp | undefined
  let number = 0
  for (let at = HEADER; at + frameSize <= size; ) {
    const some = read(at, frameSize * FRAMES_AT_ONCE)
    for (let start = 0; start + frameSize <= some.length; start += frameSize) {
      const frame = some.subarray(start, start + frameSize)
      const page = frame.subarray(FRAME_HEADER)
      sum.add(frame.subarray(0, 8))
      sum.add(page)
      const isRight =
        frame.subarray(8, 16).equals(salt) && sum.is(frame.readUInt32BE(16), frame.readUInt32BE(20))
      if (!isRight) return found()
      number += 1
      if (frame.readUInt32BE(0) === 1) stamped = readStamp(page)
      if (frame.readUInt32BE(4) === 0) continue
      frames = number
      first ??= stamped
      last = stamped ?? last
      stamped = undefined
    }
    if (some.length < frameSize) break
    at += some.length - (some.length % frameSize)
  }
  return found()

  function found(): Wal {
    return { frames, isReadable: true, salt: salt.toString('hex'), first, last }
  }
}

/** SQLite's cumulative checksum over frames. */
function createSum(isBigEndian: boolean) {
  let one = 0
  let two = 0
  return {
    add(bytes: Buffer): void {
      for (let at = 0; at + 8 <= bytes.length; at += 8) {
        const a = isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)
        const b = isBigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)
        one = (one + a + two) >>> 0
        two = (two + b + one) >>> 0
      }
    },
    is: (first: number, second: number) => one === first && two === second,
  }
}
