import { CODE_TAIL_BYTES, type CodesKind, roundUpTo } from './codes.ts'

/** Its number, its stamp, and its slots where numbers are looked up; tables are half as large again when they grow. */
const BYTES_AROUND_A_CODE = 1.5 * (8 + 8) + 8

/**
 * The finest codes whose index of so many rows stays within so many bytes; null: none does, and vectors are to be
 * scored where they are stored.
 */
export function chooseCodes(
  rows: number,
  dimension: number,
  budgetBytes: number,
): CodesKind | null {
  const fits = (kind: CodesKind) => indexBytes(kind, rows, dimension) <= budgetBytes
  if (fits('int8')) return 'int8'
  return fits('bits') ? 'bits' : null
}

/** About what an index takes of the memory. */
export function indexBytes(kind: CodesKind, rows: number, dimension: number): number {
  const stride = kind === 'int8' ? roundUpTo(16, dimension) : roundUpTo(8, Math.ceil(dimension / 8))
  return rows * (stride + CODE_TAIL_BYTES + BYTES_AROUND_A_CODE)
}
