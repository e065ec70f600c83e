import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toUnitLength } from '../../src/core/unit-length.ts'
import { createPlainKernel } from '../../src/vector/kernel/plain-kernel.ts'
import {
  type Codes,
  type CodesKind,
  chooseCodes,
  createBinaryCodes,
  createInt8Codes,
  createKernel,
  createVectorIndex,
  type RowFilter,
  rankRows,
  type VectorIndex,
} from '../../src/vector/vector-index.ts'

const DIMENSION = 24
const KERNEL = createKernel()
const PLAIN = createPlainKernel()

const component = fc.float({ min: -1, max: 1, noNaN: true })
const center = fc.array(component, { minLength: DIMENSION, maxLength: DIMENSION })

/** Near one of a few centers, often exactly the same as another. */
function vectorsNear(centers: fc.Arbitrary<readonly number[][]>) {
  return centers.chain((all) =>
    fc
      .tuple(
        fc.constantFrom(...all),
        fc.constantFrom(0, 0, 1e-6, 0.01, 0.5),
        fc.array(component, { minLength: DIMENSION, maxLength: DIMENSION }),
      )
      .map(([middle, noise, moved]) => {
        const sum = middle.map((value, index) => value + noise * (moved[index] ?? 0))
        return toUnitLength(sum) ?? Float32Array.from({ length: DIMENSION }, (_, at) => +(at === 0))
      }),
  )
}

const vector = vectorsNear(fc.array(center, { minLength: 1, maxLength: 3 }))

type Step =
  | {
      readonly kind: 'put'
      readonly row: number
      readonly vector: Float32Array
      readonly at: number
    }
  | { readonly kind: 'delete'; readonly row: number }

const row = fc.integer({ min: 1, max: 80 }).map((number) => number * 2 ** 33 + number)
const created = fc.integer({ min: 0, max: 20 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('put'), row, vector, at: created }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete'), row }) },
)
const filter: fc.Arbitrary<RowFilter> = fc.record(
  {
    stampFrom: created,
    stampBefore: created,
    among: fc.array(row, { maxLength: 40 }),
    except: fc.array(row, { maxLength: 40 }),
  },
  { requiredKeys: [] },
)

interface Stored {
  readonly vector: Float32Array
  readonly at: number
}

/** Puts that follow one another go in together. */
function apply(
  steps: readonly Step[],
  stored: Map<number, Stored>,
  index: VectorIndex,
  codes: Codes,
): void {
  let puts: Extract<Step, { kind: 'put' }>[] = []
  const flush = (): void => {
    const coded = Buffer.concat(puts.map(({ vector }) => codes.encode(vector)))
    const rows = puts.map(({ row }) => row)
    const times = puts.map(({ at }) => at)
    index.put(rows, coded, times)
    puts = []
  }
  for (const step of steps) {
    if (step.kind === 'put') {
      puts.push(step)
      stored.set(step.row, step)
      continue
    }
    flush()
    stored.delete(step.row)
    index.delete(step.row)
  }
  flush()
}

function allows(
  { stampFrom, stampBefore, among, except = [] }: RowFilter,
  row: number,
  at: number,
): boolean {
  if (stampFrom !== undefined && at < stampFrom) return false
  if (stampBefore !== undefined && at >= stampBefore) return false
  return (among === undefined || [...among].includes(row)) && ![...except].includes(row)
}

const fetchFrom = (stored: ReadonlyMap<number, Stored>) => (rows: readonly number[]) =>
  rows.flatMap((each) => {
    const found = stored.get(each)
    return found ? [[each, found.vector] as const] : []
  })

describe('the index', () => {
  it.each([
    ['int8', KERNEL],
    ['binary', KERNEL],
    ['int8', PLAIN],
    ['binary', PLAIN],
  ] as const)('by %s answers what scoring every vector answers', async (kind, kernel) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 120 }),
        vector,
        filter,
        fc.integer({ min: 1, max: 12 }),
        vector,
        async (steps, query, filter, limit, mean) => {
          const codes = kind === 'int8' ? createInt8Codes(DIMENSION) : createBinaryCodes(mean)
          const index = createVectorIndex(codes, kernel)
          const stored = new Map<number, Stored>()
          apply(steps, stored, index, codes)
          expect(index.size()).toBe(stored.size)
          const answer = await index.search(query, {
            limit,
            filter,
            untilProven: true,
            fetch: fetchFrom(stored),
          })
          index.close()
          const allowed = [...stored].filter(([each, { at }]) => allows(filter, each, at))
          expect(answer.certainty).toBe('proven')
          expect(answer.rows).toEqual(
            rankRows(
              query,
              allowed.map(([each, { vector }]) => [each, vector] as const),
              limit,
            ),
          )
        },
      ),
      { numRuns: 150 },
    )
  })

  it('proves an answer among thousands of equal vectors', async () => {
    const codes = createInt8Codes(DIMENSION)
    const index = createVectorIndex(codes, KERNEL)
    const [one] = fc.sample(vector, { numRuns: 1, seed: 1 })
    if (!one) throw new Error('no vector')
    const rows = Array.from({ length: 20_000 }, (_, number) => 20_000 - number)
    const stored = new Map(rows.map((each) => [each, { vector: one, at: 0 }]))
    // More than a segment of the memory takes.
    const coded = codes.encode(one)
    index.put(rows, Buffer.concat(rows.map(() => coded)), new Float64Array(rows.length))
    const answer = await index.search(one, { limit: 3, fetch: fetchFrom(stored) })
    index.close()
    expect(answer.rows.map((found) => found.row)).toEqual([1, 2, 3])
    expect(answer.certainty).toBe('proven')
  })

  it.each(['int8', 'binary'] as const)(
    'by %s goes on until differences finer than its codes are decided',
    async (kind) => {
      const [middle, ...moves] = fc.sample(vector, { numRuns: 3_000, seed: 5 })
      if (!middle) throw new Error('no vectors')
      const all = moves.map((move) => {
        const near = middle.map((value, index) => value + 0.03 * (move[index] ?? 0))
        return toUnitLength(near) ?? middle
      })
      const [queries, vectors] = [all.slice(0, 60), all.slice(60)]
      const codes = kind === 'int8' ? createInt8Codes(DIMENSION) : createBinaryCodes(middle)
      const index = createVectorIndex(codes, KERNEL)
      const stored = new Map(vectors.map((each, row) => [row, { vector: each, at: 0 }]))
      for (const [each, one] of vectors.entries()) index.put([each], codes.encode(one), [0])
      for (const query of queries) {
        const fetch = fetchFrom(stored)
        const answer = await index.search(query, { limit: 1, untilProven: true, fetch })
        expect(answer.rows).toEqual(rankRows(query, vectors.entries(), 1))
        expect(answer.certainty).toBe('proven')
      }
      index.close()
    },
  )

  it('never finds a row that was deleted, or another in its place, while it searches', async () => {
    const codes = createInt8Codes(DIMENSION)
    const index = createVectorIndex(codes, KERNEL)
    const [near] = fc.sample(vector, { numRuns: 1, seed: 2 })
    if (!near) throw new Error('no vectors')
    const stored = new Map<number, Stored>()
    const put = (row: number, at: number): void =>
      apply([{ kind: 'put', row, vector: near, at }], stored, index, codes)
    for (let each = 1_001; each <= 1_100; each += 1) put(each, 1)
    const asked: number[] = []
    const answer = await index.search(near, {
      limit: 5,
      filter: { stampFrom: 1 },
      fetch(rows) {
        // Those that would be asked for next are deleted, and rows that the filter does not allow come instead.
        const others = [...stored.keys()].filter((each) => each > 1_000 && !rows.includes(each))
        for (const each of asked.length === 0 ? others : []) {
          apply([{ kind: 'delete', row: each }], stored, index, codes)
          put(each - 1_000, 0)
        }
        asked.push(...rows)
        return fetchFrom(stored)(rows)
      },
    })
    expect(asked.every((each) => each > 1_000)).toBe(true)
    const left = [...stored.keys()].filter((each) => each > 1_000).sort((a, b) => a - b)
    expect(answer.rows.map((found) => found.row)).toEqual(left.slice(0, 5))
    index.close()
  })

  it('gives its memory back and counts what it holds', () => {
    const codes = createInt8Codes(DIMENSION)
    const kernel = createPlainKernel()
    const [one] = fc.sample(vector, { numRuns: 1, seed: 3 })
    if (!one) throw new Error('no vector')
    const fill = (): number => {
      const index = createVectorIndex(codes, kernel)
      for (let each = 0; each < 30_000; each += 1) index.put([each], codes.encode(one), [0])
      const held = index.bytes()
      index.close()
      expect(index.size()).toBe(0)
      return held
    }
    const held = fill()
    const reserved = kernel.reservedBytes()
    expect(held).toBeGreaterThan(30_000 * 32)
    expect(fill()).toBe(held)
    expect(kernel.reservedBytes()).toBe(reserved)
  })

  it('reads few vectors with binary codes, and calls the result likely', async () => {
    const dimension = 256
    const random = fc.sample(fc.array(component, { minLength: dimension, maxLength: dimension }), {
      numRuns: 4_000,
      seed: 4,
    })
    const vectors = random.map((each) => toUnitLength(each) ?? new Float32Array(dimension))
    const codes = createBinaryCodes(new Float32Array(dimension))
    const index = createVectorIndex(codes, KERNEL)
    for (const [each, one] of vectors.entries()) index.put([each], codes.encode(one), [0])
    const query = vectors[17] ?? new Float32Array(dimension)
    const fetch = (rows: readonly number[]) =>
      rows.map((each) => [each, vectors[each] ?? query] as const)
    const answer = await index.search(query, { limit: 1, fetch })
    expect(answer.rows[0]?.row).toBe(17)
    expect(answer.certainty).toBe('likely')
    expect(answer.fetched).toBeLessThan(400)
    index.close()
  })
})

describe('the codes for a budget', () => {
  it.each<[string, number, number, CodesKind | null]>([
    ['are bytes where they fit', 100_000, 150e6, 'int8'],
    ['are binary where int8 does not fit', 1_000_000, 200e6, 'binary'],
    ['of a million rows are bytes within 900 MB', 1_000_000, 900e6, 'int8'],
    ['of nothing are none', 10, 0, null],
  ])('%s', (_rule, rows, budget, kind) => {
    expect(chooseCodes(rows, 768, budget)).toBe(kind)
  })
})
