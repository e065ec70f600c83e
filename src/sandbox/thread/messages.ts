import type { ProgramParameter } from '../../source/program.ts'
import type { AgentSnapshot } from '../sandbox.ts'

/** A call as a thread gets it. Everything in it may be shown to the user's code. */
export interface ThreadCall {
  /** JavaScript or Python, ready to run. */
  readonly code: string
  /** The function to call. Absent: the source is a script, and its last expression is the result. */
  readonly entry: string | undefined
  /** How the function takes its arguments; Python takes all of them by name. */
  readonly parameters: readonly ProgramParameter[]
  readonly arguments: Readonly<Record<string, unknown>>
  readonly agent: AgentSnapshot | undefined
  readonly host: readonly { readonly name: string; readonly parameters: readonly string[] }[]
  /** Placeholders by the name of the secret. */
  readonly secrets: Readonly<Record<string, string>>
  /** When the code is to be stopped, in milliseconds of Unix time. */
  readonly deadline: number
}

export type ThreadMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'request'; readonly name: string; readonly args: string }
  /** The thread stopped the code itself. */
  | { readonly kind: 'timeout' }
  /**
   * The outcome in JSON as code in the sandbox wrote it down: `{ ok: true, result, blocks }` with final values by label,
   * or `{ ok: false, error, line }`. User code can forge it, but only for its own call. `isSpent`: the thread can't be
   * used again.
   */
  | { readonly kind: 'report'; readonly report: string; readonly isSpent: boolean }
