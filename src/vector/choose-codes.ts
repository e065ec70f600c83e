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
  const strides = { int8: roundUpTo(16, dimension), bits: roundUpTo(8, Math.ceil(dimension / 8)) }
  const fits = (kind: CodesKind): boolean =>
    rows * (strides[kind] + CODE_TAIL_BYTES + BYTES_AROUND_A_CODE) <= budgetBytes
  if (fits('int8')) return 'int8'
  return fits('bits') ? 'bits' : null
}
