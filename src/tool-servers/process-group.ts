import { type ChildProcess, spawn } from 'node:child_process'
import type { Environment, StdioSettings } from './settings.ts'

/** The variables that every program needs: a server gets no others of our environment; secrets are named in its `env`. */
const INHERITED =
  process.platform === 'win32'
    ? [
        'APPDATA',
        'HOMEDRIVE',
        'HOMEPATH',
        'LOCALAPPDATA',
        'PATH',
        'PATHEXT',
        'PROCESSOR_ARCHITECTURE',
        'SYSTEMDRIVE',
        'SYSTEMROOT',
        'TEMP',
        'USERNAME',
        'USERPROFILE',
        'PROGRAMFILES',
      ]
    : ['HOME', 'LANG', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'TMPDIR', 'TZ', 'USER']

/** Groups that are alive, to be ended with this process. */
const alive = new Set<number>()

/** Starts a program in a process group of its own, so that what it starts ends with it. */
export function startGroup(
  { command, args, env, cwd }: StdioSettings,
  environment: Environment,
): ChildProcess {
  const child = spawn(command, args ?? [], {
    env: { ...inherited(environment), ...env },
    cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
    // Commands such as npx are scripts there.
    shell: process.platform === 'win32',
  })
  const { pid } = child
  if (pid !== undefined) {
    if (alive.size === 0) process.on('exit', endAll)
    alive.add(pid)
    // The server may have ended while processes that it started still run.
    child.once('exit', () => endGroup(pid, 'SIGKILL'))
  }
  return child
}

/** Signals the whole group; one that is gone is no error. */
export function endGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (signal === 'SIGKILL') {
    alive.delete(pid)
    if (alive.size === 0) process.off('exit', endAll)
  }
  try {
    if (process.platform === 'win32') spawn('taskkill', ['/pid', String(pid), '/T', '/F'])
    else process.kill(-pid, signal)
  } catch {
    // The group has ended.
  }
}

function endAll(): void {
  for (const pid of alive) endGroup(pid, 'SIGKILL')
}

function inherited(environment: Environment): Environment {
  return Object.fromEntries(INHERITED.map((name) => [name, environment[name]]))
}
