import { z } from 'zod'
import { isId, type RunId } from '../core/ids.ts'
import { isRecord } from '../core/is-record.ts'

/** The input of a job that digests a source. */
const Request = z.object({ source: z.string(), label: z.string(), instruction: z.string() })
export type DigestRequest = Readonly<z.infer<typeof Request>>

export function readDigestRequest(input: string): DigestRequest {
  return Request.parse(JSON.parse(input))
}

/** A place in a source: behind that row, or at that character of it. */
export interface Place {
  readonly after: number
  /** Characters of the next passage that were read: one that is longer than a page is read in parts. */
  readonly offset: number
}

/** How far a digest has come. */
export interface DigestState extends Place {
  readonly pages: number
  readonly passages: number
  /** The run that reads the next page; null: none. */
  readonly runId: RunId | null
  /** Where the reading goes on after it, and how many passages it ends. */
  readonly next: (Place & { readonly passages: number }) | null
  /** Attempts at the page that failed. */
  readonly failures: number
}

export const AT_START: DigestState = {
  ...{ after: 0, offset: 0, pages: 0, passages: 0, runId: null, next: null, failures: 0 },
}

export function readDigestState(state: string | null): DigestState {
  const value: unknown = state === null ? {} : JSON.parse(state)
  if (!isRecord(value)) return AT_START
  const runId = typeof value.runId === 'string' && isId('run', value.runId) ? value.runId : null
  return { ...AT_START, ...value, runId }
}
