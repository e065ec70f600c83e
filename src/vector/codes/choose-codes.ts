import { CODE_TAIL_BYTES, type CodesKind, roundUpTo } from './codes.ts'

/** Number, stamp and hash slots of a row; tables grow by half. */
const BYTES_AROUND_A_CODE = 1.5 * (8 + 8) + 8

/**
 * The finest codes whose index of `rows` rows fits into the budget; null: none does, so stored vectors are scored
 * directly.
 */
export function chooseCodes(
  rows: number,
  dimension: number,
  budgetBytes: number,
): CodesKind | null {
  const fits = (kind: CodesKind) => indexBytes(kind, rows, dimension) <= budgetBytes
  if (fits('int8')) return 'int8'
  return fits('binary') ? 'binary' : null
}

/** Estimated memory of an index, in bytes. */
export function indexBytes(kind: CodesKind, rows: number, dimension: number): number {
  const stride = kind === 'int8' ? roundUpTo(16, dimension) : roundUpTo(8, Math.ceil(dimension / 8))
  return rows * (stride + CODE_TAIL_BYTES + BYTES_AROUND_A_CODE)
}
