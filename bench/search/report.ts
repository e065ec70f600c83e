import { table } from '../shared/table.ts'
import type { Figures } from './measure.ts'
import type { Case } from './stores.ts'

export interface Measured {
  readonly of: Case
  readonly figures: Figures
}

interface Bar {
  readonly name: string
  readonly value: number
  readonly most: number
  readonly unit: string
}

export function nameOf({ agents, passages }: Case): string {
  const each = passages.toLocaleString('en')
  return agents === 1 ? each : `${agents} × ${each}`
}

export function describeFigures(measured: readonly Measured[]): string {
  const rows: readonly (readonly [string, (figures: Figures, passages: number) => string])[] = [
    ['search p50 ms', ({ p50 }) => p50.toFixed(1)],
    ['search p95 ms', ({ p95 }) => p95.toFixed(1)],
    ['first search after start ms', ({ first }) => first.toFixed(1)],
    ['longest block while searching ms', ({ searchBlock }) => searchBlock.toFixed(1)],
    ['1,000 passages inserted ms', ({ insert }) => insert.toFixed(0)],
    ['longest block while inserting ms', ({ insertBlock }) => insertBlock.toFixed(1)],
    ['database MB', ({ size }) => (size / 1e6).toFixed(1)],
    ['bytes per passage', ({ size }, passages) => (size / passages).toFixed(0)],
    ['plain FTS5: search p50 ms', ({ plainP50 }) => plainP50.toFixed(1)],
    ['plain FTS5: search p95 ms', ({ plainP95 }) => plainP95.toFixed(1)],
    ['plain FTS5: 1,000 inserted ms', ({ plainInsert }) => plainInsert.toFixed(0)],
    ['plain FTS5: bytes per passage', ({ plainSize }, n) => (plainSize / n).toFixed(0)],
    ['ratio to plain: search p50', ({ p50, plainP50 }) => (p50 / plainP50).toFixed(2)],
    ['ratio to plain: size', ({ size, plainSize }) => (size / plainSize).toFixed(2)],
  ]
  return table([
    ['passages', ...measured.map(({ of }) => nameOf(of))],
    ...rows.map(([name, cell]) => [
      name,
      ...measured.map(({ of, figures }) => cell(figures, of.agents * of.passages)),
    ]),
  ])
}

/** The limits that the measured figures must keep. */
export function describeBars(measured: readonly Measured[]): string {
  const inserts = measured.map(({ figures }) => figures.insert)
  const bars = [
    ...measured.flatMap(({ of, figures }) => [
      ...searchBars(of, figures),
      bar(of, 'longest block while searching', figures.searchBlock, 20),
      bar(of, 'longest block while inserting', figures.insertBlock, 20),
      bar(of, '1,000 passages inserted', figures.insert, 1_000),
    ]),
    {
      name: 'dearest insert by cheapest',
      value: Math.max(...inserts) / Math.min(...inserts),
      most: 2,
      unit: '×',
    },
    ...likeOneAgent(measured),
  ]
  return table([
    ['bar', 'measured', 'at most', ''],
    ...bars.map(({ name, value, most, unit }) => [
      name,
      `${value.toFixed(1)} ${unit}`,
      `${most} ${unit}`,
      value <= most ? 'met' : 'MISSED',
    ]),
  ])
}

function searchBars(of: Case, { p50, p95 }: Figures): readonly Bar[] {
  if (of.passages === 1_000) return [bar(of, 'search p50', p50, 8)]
  if (of.agents > 1) return []
  if (of.passages === 100_000) {
    return [bar(of, 'search p50', p50, 40), bar(of, 'search p95', p95, 100)]
  }
  return of.passages === 1_000_000 ? [bar(of, 'search p50', p50, 400)] : []
}

function bar(of: Case, name: string, value: number, most: number): Bar {
  return { name: `${nameOf(of)}: ${name}`, value, most, unit: 'ms' }
}

/** Other agents' passages cost nothing: an agent among many is searched as fast as one that is alone. */
function likeOneAgent(measured: readonly Measured[]): readonly Bar[] {
  const many = measured.find(({ of }) => of.agents > 1)
  const alone = measured.find(({ of }) => of.agents === 1 && of.passages === many?.of.passages)
  if (!many || !alone) return []
  return [
    {
      name: `search p50, ${nameOf(many.of)} by ${nameOf(alone.of)}`,
      value: many.figures.p50 / alone.figures.p50,
      most: 1.25,
      unit: '×',
    },
  ]
}
