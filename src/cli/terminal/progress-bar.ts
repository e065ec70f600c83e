import type { WriteStream } from 'node:tty'

/** Interval of redraws in a terminal, and of lines in a log. Chosen by hand. */
const REDRAW_MILLISECONDS = 100
const LINE_MILLISECONDS = 5_000
const WIDTH = 30

export interface ProgressBar {
  show(phase: string, done: number, total: number): void
  /** Prints a line above the bar. */
  say(text: string): void
  end(): void
}

/** A progress bar in a terminal; otherwise a line from time to time. */
export function createProgressBar(
  stream: Pick<WriteStream, 'write'> & { readonly isTTY?: boolean },
  unit = 'rows',
): ProgressBar {
  const pause = stream.isTTY ? REDRAW_MILLISECONDS : LINE_MILLISECONDS
  let current = { phase: '', first: 0, since: 0 }
  let shownAt = 0
  let drawn = false

  function clear(): void {
    if (drawn) stream.write('\r\u001B[K')
    drawn = false
  }

  return {
    show(phase, done, total) {
      const now = performance.now()
      const isNew = phase !== current.phase
      if (isNew) current = { phase, first: done, since: now }
      if (!isNew && done < total && now - shownAt < pause) return
      shownAt = now
      const perSecond = (done - current.first) / Math.max((now - current.since) / 1_000, 0.001)
      const text = describe(phase, unit, { done, total, perSecond })
      if (!stream.isTTY) {
        stream.write(`${text}\n`)
        return
      }
      stream.write(`\r\u001B[K${text}`)
      drawn = true
      if (done >= total) {
        stream.write('\n')
        drawn = false
      }
    },
    say(text) {
      clear()
      stream.write(`${text}\n`)
    },
    end: clear,
  }
}

function describe(
  phase: string,
  unit: string,
  { done, total, perSecond }: Readonly<Record<'done' | 'total' | 'perSecond', number>>,
): string {
  const share = total === 0 ? 1 : Math.min(1, done / total)
  const full = Math.floor(share * WIDTH)
  const count = (number: number) => Math.round(number).toLocaleString('en')
  const rate = done > 0 && perSecond > 0 ? `, ${count(perSecond)} a second` : ''
  return (
    `${phase.padEnd(8)} [${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ` +
    `${Math.floor(share * 100)} %  ${count(done)} of ${count(total)} ${unit}${rate}`
  )
}
