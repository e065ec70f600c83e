import { readdirSync, readFileSync } from 'node:fs'

/*
 * Usage of another process, as Linux tells it; NaN elsewhere. Processor time hardly depends on what else the machine does.
 */

/** Milliseconds of all its threads that still run. */
export function processorOf(pid: number): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    const nanoseconds = threads.map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
    )
    return nanoseconds.reduce((sum, spent) => sum + spent, 0) / 1e6
  } catch {
    return Number.NaN
  }
}

/** Milliseconds that its main thread was ready to run while others had the cores. */
export function coreWaitOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6
  } catch {
    return Number.NaN
  }
}

export function residentBytes(pid: number): number {
  try {
    const [, kibibytes] =
      /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kibibytes) * 1_024
  } catch {
    return Number.NaN
  }
}
