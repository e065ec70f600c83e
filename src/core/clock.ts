/** The current time in milliseconds since 1970. Injected, so that tests control it. */
export type Clock = () => number

export const systemClock: Clock = () => Date.now()

/** ISO 8601 in UTC with milliseconds. The only stored form of times: text order is time order. */
export type Timestamp = string

export function toTimestamp(milliseconds: number): Timestamp {
  return new Date(milliseconds).toISOString()
}
