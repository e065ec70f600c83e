import { growing } from '../../core/growing.ts'
import type { Fields } from './fields.ts'

/** Longer histories are written anew for each request. About that of what is kept as in sight, twice. Chosen by hand. */
const MAX_KEPT = 8 * 1024 * 1024

/**
 * The JSON of a request's body, in bytes. `history` is its field whose list goes on from request to request: what was
 * written of it before is not written again.
 */
export function bodyBytes(body: Fields, history: string): Uint8Array {
  const parts: Uint8Array[] = []
  const write = (text: string) => parts.push(Buffer.from(text))
  let separator = '{'
  for (const [name, value] of Object.entries(body)) {
    if (value === undefined) continue
    write(`${separator}${JSON.stringify(name)}:`)
    separator = ','
    if (name === history && isList(value)) {
      const [first] = value
      write(`[${first ? JSON.stringify(first) : ''}`)
      parts.push(written(value.slice(1)))
      write(']')
    } else write(JSON.stringify(value))
  }
  write(separator === '{' ? '{}' : '}')
  return Buffer.concat(parts)
}

/** All but the first item of a list, each after a comma. The first may be the system's, and changes with memory. */
const written = growing(() => {
  let bytes = Buffer.alloc(0)
  let length = 0
  return {
    add(item: Fields, changes) {
      const text = `,${JSON.stringify(item)}`
      const before = length
      length += Buffer.byteLength(text)
      changes.undoneBy(() => {
        length = before
      })
      if (length > bytes.length) {
        const larger = Buffer.allocUnsafeSlow(length * 2)
        bytes.copy(larger, 0, 0, before)
        bytes = larger
      }
      bytes.write(text, before)
    },
    made: (): Uint8Array => bytes.subarray(0, length),
    mayStay: () => length <= MAX_KEPT,
  }
})

function isList(value: unknown): value is readonly Fields[] {
  return Array.isArray(value)
}
