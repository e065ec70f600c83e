import { type CodesKind, chooseCodes, indexBytes } from '../../vector/vector-index.ts'

/** Margin, so that a growing set does not exceed its in-memory index at once. Chosen by hand. */
const ROOM_TO_GROW = 1.1

export interface IndexSize {
  readonly rows: number
  readonly dimension: number
}

/**
 * Codes of a set's first in-memory index; null: stored vectors are searched directly. `binaryFirst`: binary codes load so
 * much faster than int8 that they serve until the int8 codes are loaded.
 */
export function chooseFirst(
  size: IndexSize,
  binaryFirst: boolean,
  budgetBytes: number,
): CodesKind | null {
  const finest = chooseCodes(size.rows * ROOM_TO_GROW, size.dimension, budgetBytes)
  const both = finest === 'int8' && binaryFirst && hasRoomForFiner(size, budgetBytes)
  return both ? 'binary' : finest
}

/** During the switch both indexes exist: one serves while the other loads. */
export function hasRoomForFiner({ rows, dimension }: IndexSize, budgetBytes: number): boolean {
  const kinds = ['int8', 'binary'] as const
  const sizes = kinds.map((kind) => indexBytes(kind, rows * ROOM_TO_GROW, dimension))
  return sizes.reduce((sum, bytes) => sum + bytes) <= budgetBytes
}
