import { createHash } from 'node:crypto'

/** Identifies a message by what it is, so that it is the same in every export. */
export function keyOf(...parts: readonly (string | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
