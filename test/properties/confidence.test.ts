import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coverage, standingOut } from '../../src/search/confidence.ts'
import { seededRandom } from '../support/stores.ts'

/** Cosines with so many unrelated texts: the greatest fifty. */
function background(seed: number, size: number, mean: number, deviation: number) {
  const random = seededRandom(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return Array.from({ length: size }, () => mean + deviation * normal())
    .sort((a, b) => b - a)
    .slice(0, 50)
}

const shape = [
  fc.integer(),
  fc.integer({ min: 100, max: 3_000 }),
  fc.double({ min: -0.2, max: 0.7, noNaN: true }),
  fc.double({ min: 0.01, max: 0.1, noNaN: true }),
] as const

describe('how far the nearest stands out', () => {
  it('is little where all are unrelated, whatever the model, most of the time', () => {
    const measured = fc.sample(fc.tuple(...shape), { numRuns: 300, seed: 3 })
    const sure = measured.map(([seed, size, mean, deviation]) =>
      standingOut(background(seed, size, mean, deviation), size),
    )
    expect(sure.reduce((sum, one) => sum + one, 0) / sure.length).toBeLessThan(0.1)
  })

  it('is all there is where one is far from all the others', () => {
    fc.assert(
      fc.property(...shape, (seed, size, mean, deviation) => {
        const others = background(seed, size, mean, deviation)
        const needle = (others[0] ?? 0) + 10 * deviation
        expect(standingOut([needle, ...others.slice(1)], size)).toBe(1)
      }),
    )
  })

  it('is between 0 and 1, also of very few and of equal ones', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 60 }),
        (scores) => {
          const sure = standingOut(
            scores.toSorted((a, b) => b - a),
            scores.length,
          )
          expect(sure).toBeGreaterThanOrEqual(0)
          expect(sure).toBeLessThanOrEqual(1)
        },
      ),
    )
  })
})

describe('what words cover of a question', () => {
  const asked = [
    { stems: ['loom'], rarity: 3 },
    { stems: ['built', 'build'], rarity: 1 },
  ]

  it('counts rare words more, in the text that has the most', () => {
    expect(coverage(asked, ['A loom.', 'They built it.'])).toBe(0.75)
    expect(coverage(asked, ['They build a loom.'])).toBe(1)
  })

  it('is nothing where nothing was found or asked', () => {
    expect(coverage(asked, [])).toBe(0)
    expect(coverage([], ['A loom.'])).toBe(0)
  })
})
