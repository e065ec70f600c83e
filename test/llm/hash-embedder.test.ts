import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readProviderSettings } from '../../src/llm/providers.ts'
import { createEmbedderRegistry } from '../../src/llm/registry/embedder-registry.ts'

const embedder = createEmbedderRegistry({
  settings: readProviderSettings({}),
  limits: { totalMilliseconds: 1, idleMilliseconds: 1 },
  modelsFolder: () => '/nowhere',
}).resolve('local/hash')

async function vectorOf(text: string): Promise<Float32Array> {
  const { embedded } = await embedder.embed([text], 'passage', new AbortController().signal)
  const [one] = embedded
  if (one?.kind !== 'vector') throw new Error('no vector')
  return one.vector
}

async function nearness(a: string, b: string): Promise<number> {
  const [x, y] = [await vectorOf(a), await vectorOf(b)]
  return x.reduce((sum, component, index) => sum + component * (y[index] ?? 0), 0)
}

describe('local/hash', () => {
  it('gives any text but the empty one a vector of length 1, the same each time', async () => {
    const text = fc.oneof(fc.string({ minLength: 1 }), fc.string({ minLength: 1, unit: 'binary' }))
    await fc.assert(
      fc.asyncProperty(text, async (given) => {
        const vector = await vectorOf(given)
        expect(vector).toHaveLength(1024)
        expect(Math.hypot(...vector)).toBeCloseTo(1, 5)
        expect(await vectorOf(given)).toEqual(vector)
      }),
    )
    const { embedded } = await embedder.embed([''], 'query', new AbortController().signal)
    expect(embedded).toEqual([{ kind: 'refused', problem: 'The text is empty.' }])
  })

  it('gives the same vector on every machine and in every version', async () => {
    const vector = await vectorOf('Grüße aus Köln, 北京 and 東京: 42 pies! 🥧')
    const bytes = Buffer.alloc(4 * vector.length)
    vector.forEach((component, index) => {
      bytes.writeFloatLE(component, 4 * index)
    })
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(
      'd402bb5d85935ce2d5ac00ad167dca3ea3cd7a40fb5d4ff8d57626c430ff435e',
    )
  })

  it('finds texts near that share words or parts of words', async () => {
    const question = 'Where does Alice keep her bicycles?'
    const answer = await nearness(question, 'Alice parks the bicycle in the cellar.')
    const other = await nearness(question, 'The meeting about where to eat was moved to Thursday.')
    expect(answer).toBeGreaterThan(other + 0.1)
    expect(await nearness('BICYCLE', 'bicycle')).toBeCloseTo(1, 5)
  })
})
