import { visible, visibleJson } from './visible.ts'

/** A line for a person, on stdout. */
export function tell(line: string): void {
  process.stdout.write(`${visible(line)}\n`)
}

/** Facts for a program, on stdout. */
export function tellJson(facts: unknown): void {
  process.stdout.write(`${visibleJson(JSON.stringify(facts, null, 2))}\n`)
}

export interface Asked {
  /** `--json` was given. */
  readonly json?: boolean
}
