import { availableParallelism, loadavg } from 'node:os'

/** By how much everything takes longer than on a machine that has nothing else to do; at least 1. */
export function load(): number {
  return Math.max(1, (loadavg()[0] ?? 0) / availableParallelism())
}
