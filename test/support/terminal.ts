import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { getCurrentTest } from 'vitest/suite'
import type { Environment } from './connect.ts'

const PSEUDO_TERMINAL = fileURLToPath(new URL('./pseudo-terminal.py', import.meta.url))
const PATIENCE_MILLISECONDS = 30_000
const hasPython = spawnSync('python3', ['--version']).status === 0

/** A program in a pseudo-terminal, as a person has it before them. */
export interface Terminal {
  type(text: string): void
  /** All that was shown since the last look, once it holds this. */
  shows(text: string | RegExp): Promise<string>
  /** All that was ever shown, control sequences included. */
  raw(): string
  ended(): Promise<number | null>
}

export const ENTER = '\r'
export const CONTROL_C = '\u0003'
export const CONTROL_D = '\u0004'
export const TAB = '\t'

/** Node can't make a pseudo-terminal, so Python does; where there is none, the test is skipped. */
export function openTerminal(command: readonly string[], environment: Environment): Terminal {
  if (!hasPython) getCurrentTest()?.context.skip('needs python3')
  const child: ChildProcess = spawn('python3', [PSEUDO_TERMINAL, ...command], {
    env: { PATH: process.env.PATH ?? '', TERM: 'xterm', ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 2 * PATIENCE_MILLISECONDS,
  })
  const over = once(child, 'close')
  let shown = ''
  let seen = 0
  child.stdout?.on('data', (piece) => {
    shown += piece
  })
  return {
    type: (text) => void child.stdin?.write(text),
    raw: () => shown,
    async shows(text) {
      const fresh = () => withoutControls(shown.slice(seen))
      const pattern =
        typeof text === 'string' ? expect.stringContaining(text) : expect.stringMatching(text)
      await expect.poll(fresh, { timeout: PATIENCE_MILLISECONDS }).toEqual(pattern)
      const found = fresh()
      seen = shown.length
      return found
    },
    async ended() {
      const [code] = await over
      return code
    },
  }
}

/** The text without colours and movements of the cursor. */
export function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences are what is taken out
  return text.replaceAll(/\u001b(?:\[[0-9;?]*[A-Za-z]|[=>])/g, '').replaceAll('\r', '')
}
