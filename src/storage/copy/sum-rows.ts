import { hash } from 'node:crypto'
import type { Row, Value } from './rows.ts'
import type { CopiedTable } from './tables.ts'

/** Two tables have equal sums if, and practically only if, they have the same rows, in any order. */
export interface TableSum {
  readonly rows: number
  /** Sum of 128 bits of the SHA-256 of every row. */
  readonly checksum: string
}

export type Sums = Readonly<Record<string, TableSum>>

const BITS = 128

export function createRowSum({ columns }: Pick<CopiedTable, 'columns'>) {
  let rows = 0
  let total = 0n
  return {
    add(more: readonly Row[]): void {
      rows += more.length
      for (const row of more) {
        const values = columns.map(({ name }) => canonical(row[name] ?? null))
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
