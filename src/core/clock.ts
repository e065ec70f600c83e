/** The present, in milliseconds since 1970; passed in, so that tests can hold it still. */
export type Clock = () => number

export const systemClock: Clock = () => Date.now()

/** ISO 8601 in UTC with milliseconds: the only form in which times are stored, so that text order is time order. */
export type Timestamp = string

export function toTimestamp(milliseconds: number): Timestamp {
  return new Date(milliseconds).toISOString()
}
