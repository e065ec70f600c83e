import type { Turn } from './data-set.ts'
import type { Rival } from './rivals.ts'

export function openMiniSearch(turns: readonly Turn[]): Rival
export function openOrama(turns: readonly Turn[]): Promise<Rival>
