/** Maps row numbers to positions: an open-addressing hash table, 4 bytes a slot, at most two thirds full. */
export interface RowPositions {
  /** -1: not found. */
  find(row: number): number
  /** The row must be new, and `numberAt(position)` must already return it. */
  add(row: number, position: number): void
  /** `numberAt` must still return the row's number. */
  remove(row: number): void
  bytes(): number
}

const EMPTY = -1
/** A power of two. Chosen by hand. */
const MIN_SLOTS = 64

/** `numberAt` returns the row number at a position. */
export function createRowPositions(numberAt: (position: number) => number): RowPositions {
  let slots = new Int32Array(MIN_SLOTS).fill(EMPTY)
  let shift = 32 - Math.log2(MIN_SLOTS)
  let count = 0

  const home = (row: number): number => {
    const folded = (row >>> 0) ^ Math.floor(row / 2 ** 32)
    return Math.imul(folded ^ (folded >>> 15), 0x9e3779b1) >>> shift
  }
  const after = (slot: number): number => (slot + 1) & (slots.length - 1)
  const positionIn = (slot: number): number => slots[slot] ?? EMPTY
  /** The row's slot, or the empty slot where it belongs. */
  const slotOf = (row: number): number => {
    let slot = home(row)
    while (positionIn(slot) !== EMPTY && numberAt(positionIn(slot)) !== row) slot = after(slot)
    return slot
  }
  const grow = (): void => {
    const old = slots
    slots = new Int32Array(old.length * 2).fill(EMPTY)
    shift -= 1
    for (const position of old) {
      if (position !== EMPTY) slots[slotOf(numberAt(position))] = position
    }
  }

  return {
    find: (row) => positionIn(slotOf(row)),
    add(row, position) {
      if ((count + 1) * 3 > slots.length * 2) grow()
      slots[slotOf(row)] = position
      count += 1
    },
    remove(row) {
      let hole = slotOf(row)
      if (positionIn(hole) === EMPTY) return
      count -= 1
      // Backward-shift deletion: later entries of the probe chain move up into the hole.
      for (let slot = after(hole); positionIn(slot) !== EMPTY; slot = after(slot)) {
        const from = home(numberAt(positionIn(slot)))
        const mask = slots.length - 1
        if (((slot - from) & mask) < ((slot - hole) & mask)) continue
        slots[hole] = positionIn(slot)
        hole = slot
      }
      slots[hole] = EMPTY
    },
    bytes: () => slots.byteLength,
  }
}
