import { hash } from 'node:crypto'
import type { Row, Value } from './rows.ts'

/** Two tables have equal sums if, and practically only if, they have the same rows, in any order. */
export interface TableSum {
  readonly rows: number
  /** Sum of 128 bits of the SHA-256 of every row. */
  readonly checksum: string
}

export type Sums = Readonly<Record<string, TableSum>>

const BITS = 128

/** Rows of one table. The order of their columns, which differs between databases, does not matter. */
export function createRowSum() {
  let rows = 0
  let total = 0n
  return {
    add(more: readonly Row[]): void {
      rows += more.length
      const columns = Object.keys(more[0] ?? {}).toSorted()
      for (const row of more) {
        const values = columns.map((name) => [name, canonical(row[name] ?? null)])
        const digest = hash('sha256', JSON.stringify(values), 'hex')
        total = BigInt.asUintN(BITS, total + BigInt(`0x${digest.slice(0, BITS / 4)}`))
      }
    },
    sum: (): TableSum => ({ rows, checksum: total.toString(16) }),
  }
}

/** Encodes bytes so that no text equals them. */
function canonical(value: Value): unknown {
  return value instanceof Uint8Array
    ? { bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') }
    : value
}
