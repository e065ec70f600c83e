/** How much of us one caller may take. Callers are told apart by their tokens. */
export interface Caps {
  /** On average; a minute's worth may come at once. */
  readonly requestsPerMinute: number
  /** Requests at a time, streams among them. */
  readonly requests: number
  /** Streams at a time, on which a client is told of changes. */
  readonly streams: number
  /** Sessions of clients from before 2026-07-28; beyond it, the one that was idle longest ends. */
  readonly sessions: number
}

export const CAPS: Caps = { requestsPerMinute: 600, requests: 64, streams: 16, sessions: 100 }

/** Why a caller has to wait. */
export interface CapRefusal {
  readonly message: string
  readonly retrySeconds: number
}

/** What a caller may still ask for at once, as it was at some time. */
export interface Allowance {
  readonly requests: number
  readonly atMilliseconds: number
}

/** What is left after one more request; less than nothing: it comes too early. */
export function spend(
  { requests, atMilliseconds }: Allowance,
  nowMilliseconds: number,
  perMinute: number,
): Allowance {
  const grown = requests + ((nowMilliseconds - atMilliseconds) / 60_000) * perMinute
  return { requests: Math.min(grown, perMinute) - 1, atMilliseconds: nowMilliseconds }
}

export function secondsUntilNext({ requests }: Allowance, perMinute: number): number {
  return Math.max(1, Math.ceil((-requests / perMinute) * 60))
}
