import type { RunId } from '../core/ids.ts'
import { isRecord } from '../core/is-record.ts'

/** How far the job of a sleep-time agent has come. */
export interface SleepState {
  /** The run that works on the window; null: none. */
  readonly runId: RunId | null
  /** Messages up to this `seq` are to be tidied; null: not decided yet. */
  readonly target: number | null
  /** Windows that failed one after another. */
  readonly failures: number
  readonly windows: number
  readonly messages: number
  /** Messages of the window under way. */
  readonly pending: number
}

const AT_START: SleepState = {
  ...{ runId: null, target: null, failures: 0, windows: 0, messages: 0, pending: 0 },
}

export function readSleepState(state: string | null): SleepState {
  const value: unknown = state === null ? {} : JSON.parse(state)
  return isRecord(value) ? { ...AT_START, ...value } : AT_START
}

export function describeSleep({ windows, messages }: SleepState): string {
  if (windows === 0) return 'There was nothing new to tidy.'
  const looked = messages === 1 ? '1 message' : `${messages} messages`
  return `Looked at ${looked} in ${windows === 1 ? 'one window' : `${windows} windows`}.`
}
