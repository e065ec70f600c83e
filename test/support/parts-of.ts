/** A copy of an object whose parts are inherited (`lazy-parts.ts`), which `...` would leave out. */
export function partsOf<Whole extends object>(whole: Whole): Whole {
  const parts: Partial<Whole> = {}
  for (const name in whole) parts[name] = whole[name]
  return parts as Whole
}
