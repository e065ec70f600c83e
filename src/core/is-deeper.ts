/** Whether lists and objects nest deeper than `most` levels. Iterative, so deep input can't overflow the stack. */
export function isDeeper(value: unknown, most: number): boolean {
  let level: readonly unknown[] = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > most) return true
    const next: unknown[] = []
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue
      for (const inner of Object.values(item)) next.push(inner)
    }
    level = next
  }
  return false
}
