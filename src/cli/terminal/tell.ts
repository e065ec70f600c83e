import { visible, visibleJson } from './visible.ts'

/** Prints a line for people on stdout. */
export function tell(line: string): void {
  process.stdout.write(`${visible(line)}\n`)
}

/** Prints JSON for programs on stdout. */
export function tellJson(facts: unknown): void {
  process.stdout.write(`${visibleJson(JSON.stringify(facts, null, 2))}\n`)
}

export interface Asked {
  /** Whether `--json` was given. */
  readonly json?: boolean
}
