/** Limits per caller. Callers are told apart by their tokens. The defaults are chosen by hand. */
export interface Caps {
  /** Token bucket: refills at this rate and holds one minute's worth. */
  readonly requestsPerMinute: number
  /** Concurrent requests, including streams. */
  readonly requests: number
  /** Concurrent streams, of change notifications and of answers. */
  readonly streams: number
  /** Sessions for protocol versions before 2026-07-28; above it, the longest idle one ends. */
  readonly sessions: number
}

export const CAPS: Caps = { requestsPerMinute: 600, requests: 64, streams: 32, sessions: 100 }

/** Why a caller has to wait, and for how long. */
export interface CapRefusal {
  readonly message: string
  readonly retrySeconds: number
}

/** State of the token bucket at `atMilliseconds`. */
export interface Allowance {
  readonly requests: number
  readonly atMilliseconds: number
}

/** The bucket after one more request. Negative `requests` means that the request comes too early. Pure. */
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
