import { LIMITS } from '../core/limits.ts'
import { countCharacters, sliceCharacters } from '../core/text.ts'
import type { Transaction } from '../storage/port/store.ts'

/** The name, or one like it that no agent has: whoever means the other agent by its name is still to reach it. */
export async function freeName(
  { agents }: Pick<Transaction, 'agents'>,
  name: string,
): Promise<string> {
  const isFree = async (candidate: string) => (await agents.named(candidate, 1)).length === 0
  if (await isFree(name)) return name
  for (let number = 1; ; number += 1) {
    const suffix = number === 1 ? ' (imported)' : ` (imported ${number})`
    const candidate = sliceCharacters(name, 0, LIMITS.name - countCharacters(suffix)) + suffix
    if (await isFree(candidate)) return candidate
  }
}
