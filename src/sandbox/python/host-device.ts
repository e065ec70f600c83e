import type { FileSystem } from './emscripten.ts'

/** Chosen by hand: a result of 4 MB, in JSON within JSON. */
const MAX_MESSAGE_BYTES = 10_000_000
/** Error numbers of Emscripten: file too large, and invalid argument. */
const EFBIG = 22
const EINVAL = 28

/**
 * `/dev/host`, by which Python speaks with its thread: a message of JSON is written in one piece, `{ name, args }` with
 * `args` as JSON text, and the answer is read back.
 */
export function makeHostDevice(
  FS: FileSystem,
  answer: (name: string, args: string) => Uint8Array,
): void {
  let pending = new Uint8Array(0)
  const device = FS.makedev(66, 1)
  FS.registerDevice(device, {
    read(_stream, buffer, offset, length) {
      const part = pending.subarray(0, length)
      buffer.set(part, offset)
      pending = pending.subarray(part.length)
      return part.length
    },
    write(_stream, buffer, offset, length) {
      if (length > MAX_MESSAGE_BYTES) throw new FS.ErrnoError(EFBIG)
      const message = parse(buffer.slice(offset, offset + length))
      if (!message) throw new FS.ErrnoError(EINVAL)
      pending = new Uint8Array(answer(message.name, message.args))
      return length
    },
  })
  FS.mkdev('/dev/host', device)
}

function parse(bytes: Uint8Array): { readonly name: string; readonly args: string } | undefined {
  try {
    const { name, args } = JSON.parse(new TextDecoder().decode(bytes))
    return typeof name === 'string' && typeof args === 'string' ? { name, args } : undefined
  } catch {
    return undefined
  }
}
