import { type CodesKind, chooseCodes, indexBytes } from '../../vector/vector-index.ts'

/** A set that is being filled shall not outgrow its in-memory index at once. */
const ROOM_TO_GROW = 1.1

export interface IndexSize {
  readonly rows: number
  readonly dimension: number
}

/**
 * What a set is searched by at first; null: its vectors are read as they are stored. `bitsFirst`: bits are there so much
 * sooner than bytes that they serve until the bytes are there as well.
 */
export function chooseFirst(
  size: IndexSize,
  bitsFirst: boolean,
  budgetBytes: number,
): CodesKind | null {
  const finest = chooseCodes(size.rows * ROOM_TO_GROW, size.dimension, budgetBytes)
  const both = finest === 'int8' && bitsFirst && hasRoomForFiner(size, budgetBytes)
  return both ? 'bits' : finest
}

/** Both are there for a while, as one serves and the other is filled. */
export function hasRoomForFiner({ rows, dimension }: IndexSize, budgetBytes: number): boolean {
  const kinds = ['int8', 'bits'] as const
  const sizes = kinds.map((kind) => indexBytes(kind, rows * ROOM_TO_GROW, dimension))
  return sizes.reduce((sum, bytes) => sum + bytes) <= budgetBytes
}
