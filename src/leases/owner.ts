import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * Identity with which a process signs its leases, so that others on the machine can tell whether it is alive. It holds
 * everything that a pid depends on: the machine, its boot, and the pid namespace, which differs between containers that
 * share a kernel and a volume. The start time tells a process from a later one with the same pid.
 */
interface ProcessIdentity {
  readonly place: string
  readonly pid: number
  readonly startTime: string
}

/** `nonce` distinguishes several workers of one process. */
export function ownerName(nonce: string): string {
  return [place(), process.pid, startTimeOf(process.pid) ?? '', nonce].join(' ')
}

/** True only if the process has certainly ended; false if it runs on another machine. */
export function hasEnded(owner: string): boolean {
  return stateOf(owner) === 'ended'
}

/** True only if the process is certainly alive; it may still be suspended. */
export function isAlive(owner: string): boolean {
  return stateOf(owner) === 'alive'
}

function stateOf(owner: string): 'alive' | 'ended' | 'unknown' {
  const identity = parse(owner)
  if (!identity || identity.place !== place()) return 'unknown'
  const startTime = startTimeOf(identity.pid)
  const lives = startTime === undefined ? answers(identity.pid) : startTime === identity.startTime
  return lives ? 'alive' : 'ended'
}

function parse(owner: string): ProcessIdentity | undefined {
  const [machine, pid, startTime, nonce] = owner.split(' ')
  if (machine === undefined || startTime === undefined || nonce === undefined) return undefined
  return { place: machine, pid: Number(pid), startTime }
}

function place(): string {
  const boot = tryRead(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
  const namespace = tryRead(() => readlinkSync('/proc/self/ns/pid'))
  return [hostname(), boot ?? '', namespace ?? ''].join('/').replaceAll(' ', '_')
}

/** In clock ticks since boot; undefined: no such process, or no /proc on this system. */
function startTimeOf(pid: number): string | undefined {
  const stat = tryRead(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  // The second field is the name in parentheses, which may hold spaces; the start time is the 22nd.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: the process exists but belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function tryRead(read: () => string): string | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
