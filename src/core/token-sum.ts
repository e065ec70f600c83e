import { growing } from './growing.ts'

/** Sums the tokens of messages in lists that grow at their end. */
export function tokenSum<Item extends object>(
  tokensOf: (item: Item) => number,
): (items: readonly Item[]) => number {
  return growing(() => {
    let sum = 0
    return {
      add(item: Item, changes) {
        const before = sum
        sum += tokensOf(item)
        changes.undoneBy(() => {
          sum = before
        })
      },
      made: () => sum,
    }
  })
}
