import type { SourceLanguage } from '../source/signature.ts'

/**
 * Runs one function of a user's source where it can reach nothing: no files of ours, no network, no processes, no
 * environment. It sees its arguments, a copy of its agent's state and the host calls that it is given. Two calls share
 * nothing, whatever the first one did.
 */
export interface Sandbox {
  /**
   * Failures of the user's code are outcomes, not exceptions. Rejects with the signal's reason if it is aborted, and
   * with a UserError: `unsupported` if the runtime of the language is not installed, `invalid_argument` if the source
   * can't be read or has no such function, `busy` if too many calls are waiting.
   */
  run(call: SandboxCall): Promise<SandboxOutcome>

  /** Ends all threads. Calls that still run end with an outcome of status `error`. Later calls are refused. */
  close(): Promise<void>
}

export interface SandboxCall {
  readonly language: SourceLanguage
  /** As the user wrote it. TypeScript keeps its types; they are blanked here. */
  readonly source: string
  /**
   * Name of the function to call, as `readSignature` of `src/source` reports it. Absent: the source is a script, whose
   * result is the value of its last expression.
   */
  readonly entry?: string | undefined
  /** JSON values by parameter name; without the reserved `agent_state` and `client`. */
  readonly arguments: Readonly<Record<string, unknown>>
  /** The agent's state, which the code sees as `agent_state`. Absent: code that asks for it fails with a sentence. */
  readonly agent?: AgentSnapshot | undefined
  /** All that the code can ask of the server. A name that is not listed does not exist for the code. */
  readonly host: readonly HostCall[]
  /** Names of secrets. The code sees `secretPlaceholder(name)` in place of each. */
  readonly secrets?: readonly string[] | undefined
  readonly limits: SandboxLimits
  readonly signal?: AbortSignal | undefined
}

export interface SandboxLimits {
  /** From the start of the code, not of its wait for a thread. Host calls and sleeping count. */
  readonly milliseconds: number
  /** Code points of stdout, and of stderr, that are kept; the rest is counted. */
  readonly outputChars: number
}

/** The state that a tool may read and change, as plain values. */
export interface AgentSnapshot {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly tags: readonly string[]
  readonly blocks: readonly BlockSnapshot[]
}

export interface BlockSnapshot {
  readonly label: string
  readonly value: string
  readonly description: string
  /** Code points. A longer value raises an error in the code. */
  readonly limit: number
  /** A change raises an error in the code. */
  readonly readOnly: boolean
}

/** A request that the code may make of the server while it runs. */
export interface HostCall {
  /**
   * `fetch`, or `client.` and a name in snake_case such as `client.read_memory`. TypeScript sees the name and the
   * arguments of a `client` call in camelCase, its results as they are.
   */
  readonly name: string
  /** Names of its arguments in order, so that Python code may give them by position. */
  readonly parameters: readonly string[]
  /**
   * Arguments and result are JSON, of at most 1 MB and 4 MB. The arguments come from the user's code: check them. A
   * UserError is raised in the code with its message; of another error the code learns only that the call failed. The
   * signal is aborted once the code is over, also when it was killed.
   */
  readonly run: (args: Readonly<Record<string, unknown>>, signal: AbortSignal) => Promise<unknown>
}

export interface SandboxOutcome {
  readonly status: 'success' | 'error' | 'timeout'
  /** The function's result, as JSON: null for nothing, and unless the status is `success`. */
  readonly result: unknown
  /** Set unless the status is `success`. */
  readonly error?: SandboxError | undefined
  readonly stdout: CapturedOutput
  readonly stderr: CapturedOutput
  /** Rounded milliseconds from the start of the code to its end. */
  readonly durationMs: number
  /**
   * Blocks whose value differs from the snapshot's, in the snapshot's order; empty unless the status is `success`.
   * Nothing has been written. The values come from the user's code: check limit, `readOnly` and version when writing.
   */
  readonly changes: readonly BlockChange[]
}

export interface SandboxError {
  /** For a model or a person: the error, and where in the user's source it arose. */
  readonly message: string
  /** Line of the user's source, from 1. */
  readonly line?: number | undefined
}

export interface CapturedOutput {
  readonly text: string
  /** Bytes of UTF-8 that were written after the kept part. */
  readonly leftOutBytes: number
}

export interface BlockChange {
  readonly label: string
  readonly before: string
  readonly after: string
}

/** Stands for a secret in the code. `src/fetch` replaces it in headers of requests to the hosts it is bound to. */
export function secretPlaceholder(name: string): string {
  return `{{secret:${name}}}`
}
