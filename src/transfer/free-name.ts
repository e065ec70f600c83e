import { LIMITS } from '../core/limits.ts'
import { countCharacters, sliceCharacters } from '../core/text.ts'
import type { Transaction } from '../storage/port/store.ts'

export const IMPORTED = ' (imported)'

/** The name, or a variant that no agent has, so that references by name stay unambiguous. */
export async function freeName(
  { agents }: Pick<Transaction, 'agents'>,
  name: string,
  added: string = IMPORTED,
): Promise<string> {
  const isFree = async (candidate: string) => (await agents.named(candidate, 1)).length === 0
  if (await isFree(name)) return name
  for (let number = 1; ; number += 1) {
    const suffix = number === 1 ? added : numbered(added, number)
    const candidate = sliceCharacters(name, 0, LIMITS.name - countCharacters(suffix)) + suffix
    if (await isFree(candidate)) return candidate
  }
}

function numbered(suffix: string, number: number): string {
  return suffix.endsWith(')') ? `${suffix.slice(0, -1)} ${number})` : `${suffix}${number}`
}
