/* Numbers and times as people read them. Pure. */

/** The first use of Intl takes tens of milliseconds, which the first view need not wait for. */
function atFirstUse<Value>(make: () => Value): () => Value {
  let made: Value | undefined
  return () => {
    made ??= make()
    return made
  }
}

const whole = atFirstUse(() => new Intl.NumberFormat('en'))

export function count(number: number): string {
  return Number.isInteger(number) && Math.abs(number) < 1_000
    ? String(number)
    : whole().format(number)
}

/** "1 step", "2 steps". */
export function counted(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

export function duration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds)
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return `${minutes} min ${Math.round((ms % 60_000) / 1_000)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

export function between(from: string, to: string): string {
  return duration(Date.parse(to) - Date.parse(from))
}

const times = atFirstUse(() => ({
  clock: new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }),
  day: new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' }),
  dayOfYear: new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' }),
  exact: new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' }),
}))

/** The time today, otherwise the date and the time. */
export function moment(iso: string, now = new Date()): string {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return iso
  const { clock, day, dayOfYear } = times()
  if (at.toDateString() === now.toDateString()) return clock.format(at)
  const date = at.getFullYear() === now.getFullYear() ? day : dayOfYear
  return `${date.format(at)}, ${clock.format(at)}`
}

export function exactly(iso: string): string {
  const at = new Date(iso)
  return Number.isNaN(at.getTime()) ? iso : times().exact.format(at)
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

export function bytes(number: number): string {
  let value = number
  let unit = 0
  while (value >= 1_000 && unit < UNITS.length - 1) {
    value /= 1_000
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`
}

/** `requires_approval` as "requires approval". */
export function words(name: string): string {
  return name.replaceAll('_', ' ')
}

/** JSON text laid out for reading; anything else as it is. */
export function laidOut(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2)
  } catch {
    return json
  }
}

export function characters(text: string): number {
  let number = 0
  for (const _ of text) number += 1
  return number
}
