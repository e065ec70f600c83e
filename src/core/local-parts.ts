/** Cached: a formatter is slow to create, and every message needs one. */
const formats = new Map<string, Intl.DateTimeFormat>()

/** Date and time of day in the zone at that moment, as text: for example `{ weekday: 'Friday', hour: '14', … }`. */
export function localParts(
  milliseconds: number,
  timezone: string,
): Readonly<Record<string, string>> {
  const parts = formatOf(timezone).formatToParts(milliseconds)
  return Object.fromEntries(parts.map(({ type, value }) => [type, value]))
}

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'long',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
  formats.set(timezone, format)
  return format
}
