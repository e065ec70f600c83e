/**
 * Memory that a thread shares with its parent. The thread writes output into it, so that what was printed survives a
 * thread that had to be killed; the parent writes the answer of a host call into it and wakes the thread.
 */

/** Chosen by hand: four bytes for each of 16,000 code points. */
export const MAX_OUTPUT_BYTES = 64_000
/** Chosen by hand: a large web page, or a long list of passages. */
export const MAX_ANSWER_BYTES = 4_000_000
/** Chosen by hand: a longer request is a mistake, or meant to hurt. */
export const MAX_REQUEST_CHARS = 1_000_000

const SIGNAL = 0
const ANSWER_LENGTH = 1
const KEPT = { stdout: 2, stderr: 3 }
const INTS = 4
/** Counts of all bytes that were written, kept or not, as 64-bit integers. */
const WRITTEN = { stdout: 0, stderr: 1 }
const COUNTS_START = INTS * Int32Array.BYTES_PER_ELEMENT
const OUTPUT_START = COUNTS_START + 2 * BigInt64Array.BYTES_PER_ELEMENT
const ANSWER_START = OUTPUT_START + 2 * MAX_OUTPUT_BYTES
const SIZE = ANSWER_START + MAX_ANSWER_BYTES

export type OutputStream = 'stdout' | 'stderr'

export function createChannelMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(SIZE)
}

/** The thread's side. */
export function openInside(memory: SharedArrayBuffer) {
  const ints = new Int32Array(memory, 0, INTS)
  const counts = new BigInt64Array(memory, COUNTS_START, 2)
  return {
    write(stream: OutputStream, bytes: Uint8Array): void {
      Atomics.add(counts, WRITTEN[stream], BigInt(bytes.length))
      const kept = Atomics.load(ints, KEPT[stream])
      const part = bytes.subarray(0, MAX_OUTPUT_BYTES - kept)
      if (part.length === 0) return
      new Uint8Array(memory, outputStart(stream), MAX_OUTPUT_BYTES).set(part, kept)
      Atomics.store(ints, KEPT[stream], kept + part.length)
    },
    /** Call before the request is posted. */
    expectAnswer(): void {
      Atomics.store(ints, SIGNAL, 0)
    },
    /** Blocks the thread. */
    waitForAnswer(): Uint8Array {
      Atomics.wait(ints, SIGNAL, 0)
      return new Uint8Array(memory, ANSWER_START, Atomics.load(ints, ANSWER_LENGTH)).slice()
    },
  }
}

/** The parent's side. */
export function openOutside(memory: SharedArrayBuffer) {
  const ints = new Int32Array(memory, 0, INTS)
  const counts = new BigInt64Array(memory, COUNTS_START, 2)
  return {
    /** Before each call. */
    clear(): void {
      ints.fill(0)
      counts.fill(0n)
    },
    /** The caller makes sure that it is no longer than `MAX_ANSWER_BYTES`. */
    answer(bytes: Uint8Array): void {
      new Uint8Array(memory, ANSWER_START, MAX_ANSWER_BYTES).set(bytes)
      Atomics.store(ints, ANSWER_LENGTH, bytes.length)
      Atomics.store(ints, SIGNAL, 1)
      Atomics.notify(ints, SIGNAL)
    },
    read(stream: OutputStream): { readonly bytes: Uint8Array; readonly written: number } {
      const length = Atomics.load(ints, KEPT[stream])
      return {
        bytes: new Uint8Array(memory, outputStart(stream), length).slice(),
        written: Number(Atomics.load(counts, WRITTEN[stream])),
      }
    },
  }
}

function outputStart(stream: OutputStream): number {
  return OUTPUT_START + WRITTEN[stream] * MAX_OUTPUT_BYTES
}
