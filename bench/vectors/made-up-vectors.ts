import { toUnitLength } from '../../src/core/unit-length.ts'

/*
 * Vectors like those of an embedding model, made up: 50 topics of 20 subtopics each, some far more frequent than others,
 * in a space of 160 dimensions that matter less and less, moved away from the origin, with noise in all components.
 */

const TOPICS = 50
const SUBTOPICS = 20
const LATENT = 160
const ROW_NOISE = 0.55
/** Noise is a sum of a few out of many drawn beforehand: a million vectors are to be had in seconds. */
const DRAWN = 4_096
const SUMMED = 3

export interface MadeUpVectors {
  row(): Float32Array
  /** A new one of the same mixture, with twice the noise. */
  query(): Float32Array
}

export function makeUpVectors(dimension: number, seed: number): MadeUpVectors {
  const random = createRandom(seed)
  const spectrum = Array.from({ length: LATENT }, (_, axis) => 1 / Math.sqrt(1 + axis / 8))
  const axes = Array.from({ length: LATENT }, () => isotropic(random, dimension, 1))
  const length = Math.hypot(...spectrum)
  /** In the latent space, about `size` times as long as a topic, seen in all dimensions. */
  const latent = (size: number): Float64Array => {
    const vector = new Float64Array(dimension)
    axes.forEach((axis, index) => {
      const weight = size * (spectrum[index] ?? 0) * random.normal()
      for (let at = 0; at < dimension; at += 1)
        vector[at] = (vector[at] ?? 0) + weight * (axis[at] ?? 0)
    })
    return vector
  }
  const offset = isotropic(random, dimension, 0.8 * length)
  const centers = Array.from({ length: TOPICS }, () => latent(1)).flatMap((topic) =>
    Array.from({ length: SUBTOPICS }, () => sumOf(offset, sumOf(topic, latent(0.6)))),
  )
  const noises = Array.from({ length: DRAWN }, () =>
    sumOf(latent(1), isotropic(random, dimension, 0.4 * length)),
  )
  // The n-th is chosen with a weight of 1/n.
  const weights = centers.map((_, index) => 1 / (1 + index))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const chooseCenter = (): Float64Array | undefined => {
    let left = random.uniform() * total
    const index = weights.findIndex((weight) => {
      left -= weight
      return left <= 0
    })
    return centers[index]
  }
  const sample = (noise: number): Float32Array => {
    const vector = Float64Array.from(chooseCenter() ?? offset)
    for (let drawn = 0; drawn < SUMMED; drawn += 1) {
      const one = noises[Math.floor(random.uniform() * DRAWN)] ?? offset
      const weight = (noise * random.normal()) / Math.sqrt(SUMMED)
      for (let at = 0; at < dimension; at += 1)
        vector[at] = (vector[at] ?? 0) + weight * (one[at] ?? 0)
    }
    return toUnitLength(vector) ?? new Float32Array(dimension)
  }
  return { row: () => sample(ROW_NOISE), query: () => sample(2 * ROW_NOISE) }
}

function isotropic(random: Random, dimension: number, length: number): Float64Array {
  return Float64Array.from(
    { length: dimension },
    () => (length * random.normal()) / Math.sqrt(dimension),
  )
}

function sumOf(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((component, index) => component + (b[index] ?? 0))
}

interface Random {
  uniform(): number
  normal(): number
}

/** The same numbers for the same seed: mulberry32, and Box and Muller's way to the normal distribution. */
function createRandom(seed: number): Random {
  let state = seed >>> 0
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  }
}
