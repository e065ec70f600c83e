import { execFileSync } from 'node:child_process'

/** What a process holds in memory, in MiB. */
export function memoryOf(pid: number | undefined): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024
}
