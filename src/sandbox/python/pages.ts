import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/**
 * A buffer on pages of its own, which the system gets back. Other buffers come from the allocator: once a large one was
 * freed, glibc cuts everything up to its size from arenas, which break up and keep hundreds of megabytes after some
 * threads.
 */
export function takePages(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Pages(size, { maxByteLength: size }))
}

/** V8 maps pages for a buffer that may be resized. It is of ES2024; Node 20 knows it. */
const Pages = ArrayBuffer as unknown as new (
  size: number,
  options: { readonly maxByteLength: number },
) => ArrayBuffer

export function readIntoPages(path: string): Uint8Array<ArrayBuffer> {
  const file = openSync(path, 'r')
  try {
    const pages = takePages(fstatSync(file).size)
    let read = 0
    while (read < pages.length) {
      const more = readSync(file, pages, read, pages.length - read, read)
      if (more === 0) throw new Error(`${path} became shorter while it was read`)
      read += more
    }
    return pages
  } finally {
    closeSync(file)
  }
}

/** An array of bytes is large from here on. Chosen by hand. */
const LARGE_BYTES = 16 * 2 ** 20

/** For code of others that makes a large array: it gets pages, too. */
export function withPages<T>(work: () => T): T {
  const usual = globalThis.Uint8Array
  globalThis.Uint8Array = new Proxy(usual, {
    construct(target, given) {
      const [size] = given
      return typeof size === 'number' && size >= LARGE_BYTES
        ? takePages(size)
        : Reflect.construct(target, given)
    },
  })
  try {
    return work()
  } finally {
    globalThis.Uint8Array = usual
  }
}
