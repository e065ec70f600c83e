import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Embedder, EmbeddingResult } from '../../src/llm/embedder.ts'
import { readProviderSettings } from '../../src/llm/providers.ts'
import { createEmbedderRegistry } from '../../src/llm/registry/embedder-registry.ts'
import {
  linkTransformers,
  putStandIn,
  putTinyModel,
  TINY_DIMENSION,
  TINY_TOKENS,
  TRANSFORMERS_FOLDER,
} from '../support/tiny-model.ts'

const REPOSITORY = 'made/tiny'
const PATIENT = new AbortController().signal

let models: string
beforeEach(() => {
  models = mkdtempSync(join(tmpdir(), 'recollect models '))
})
afterEach(() => rmSync(models, { recursive: true, force: true }))

function embedderFor(handle = `local/${REPOSITORY}`): Embedder {
  return createEmbedderRegistry({
    settings: readProviderSettings({}),
    limits: { totalMilliseconds: 1, idleMilliseconds: 1 },
    modelsFolder: () => models,
  }).resolve(handle)
}

async function vectorsOf(embedder: Embedder, texts: readonly string[]) {
  return vectorsIn(await embedder.embed(texts, 'passage', PATIENT))
}

function vectorsIn({ embedded, failure }: EmbeddingResult): readonly Float32Array[] {
  if (failure) throw new Error(`${failure.message} ${failure.hint}`)
  return embedded.map((one) => {
    if (one.kind === 'refused') throw new Error(one.problem)
    return one.vector
  })
}

function cosine([one, other]: readonly Float32Array[]): number {
  return one?.reduce((sum, component, index) => sum + component * (other?.[index] ?? 0), 0) ?? 0
}

const KINDS = [
  { what: 'a stand-in for the package', isReal: false },
  { what: 'the package, where RECOLLECT_TEST_TRANSFORMERS names a folder with it', isReal: true },
]

describe.each(KINDS)('a model of this machine with $what', ({ isReal }) => {
  function install(): void {
    if (isReal) linkTransformers(models, TRANSFORMERS_FOLDER ?? '')
    else putStandIn(models)
  }

  const available = it.skipIf(isReal && TRANSFORMERS_FOLDER === undefined)

  available('gives texts of one meaning near vectors', async () => {
    install()
    putTinyModel(models, REPOSITORY)
    const embedder = embedderFor()
    const near = await vectorsOf(embedder, ['A puppy', 'the dog'])
    const far = await vectorsOf(embedder, ['A puppy', 'the kettle'])
    expect(near.map(({ length }) => length)).toEqual([TINY_DIMENSION, TINY_DIMENSION])
    expect(embedder.dimension()).toBe(TINY_DIMENSION)
    expect(cosine(near)).toBeGreaterThan(0.99)
    expect(cosine(far)).toBeLessThan(0.9)
  })

  available('has one vector for a text, whatever is embedded with it', async () => {
    install()
    putTinyModel(models, REPOSITORY)
    const embedder = embedderFor()
    const [alone] = await vectorsOf(embedder, ['dog'])
    const many = ['dog', ...Array.from({ length: 40 }, (_, at) => 'rain '.repeat(at + 1))]
    const [beside] = await vectorsOf(embedder, many)
    expect(cosine([alone, beside].flatMap((vector) => vector ?? []))).toBeCloseTo(1, 5)
  })

  available('reads a long text up to the length of the model', async () => {
    install()
    putTinyModel(models, REPOSITORY)
    const start = 'tea '.repeat(TINY_TOKENS)
    const both = await vectorsOf(embedderFor(), [start, `${start}${'dog '.repeat(1_000)}`])
    expect(cosine(both)).toBeCloseTo(1, 5)
  })

  available('answers a question before the passages that wait', async () => {
    install()
    putTinyModel(models, REPOSITORY)
    const embedder = embedderFor()
    const order: string[] = []
    const many = Array.from({ length: 200 }, (_, at) => `rain ${at}`)
    const passages = embedder.embed(many, 'passage', PATIENT).then((result) => {
      order.push('passages')
      return result
    })
    const question = embedder.embed(['dog'], 'query', PATIENT).then((result) => {
      order.push('question')
      return result
    })
    expect(vectorsIn(await question)).toHaveLength(1)
    expect(vectorsIn(await passages)).toHaveLength(200)
    expect(order).toEqual(['question', 'passages'])
  })

  available(
    'says how to mend a model that can not be loaded, and loads it when it is mended',
    async () => {
      install()
      putTinyModel(models, REPOSITORY)
      writeFileSync(join(models, REPOSITORY, 'onnx/model.onnx'), 'no model')
      const embedder = embedderFor()
      const { failure } = await embedder.embed(['dog'], 'passage', PATIENT)
      expect(failure?.message).toMatch(/^local\/made\/tiny could not be loaded: ./)
      expect(failure?.hint).toContain(`recollect models fetch ${REPOSITORY}`)
      putTinyModel(models, REPOSITORY)
      expect(await vectorsOf(embedder, ['dog'])).toHaveLength(1)
    },
  )

  available('gives up at once what is cancelled', async () => {
    install()
    putTinyModel(models, REPOSITORY)
    const controller = new AbortController()
    const asked = embedderFor().embed(['dog'], 'passage', controller.signal)
    controller.abort()
    expect((await asked).failure?.reason).toBe('aborted')
  })
})

describe('a model of this machine', () => {
  it('says how to install the package that it needs', async () => {
    putTinyModel(models, REPOSITORY)
    const { failure } = await embedderFor().embed(['dog'], 'query', PATIENT)
    expect(failure?.message).toContain('@huggingface/transformers, which is not installed')
    expect(failure?.hint).toBe(`Run: npm install --prefix "${models}" @huggingface/transformers@4`)
  })

  it('says how to fetch it, and is used once it is there', async () => {
    putStandIn(models)
    const embedder = embedderFor('local/all-minilm-l6-v2')
    const { failure } = await embedder.embed(['dog'], 'query', PATIENT)
    expect(failure?.message).toContain(join(models, 'Xenova', 'all-MiniLM-L6-v2'))
    expect(failure?.hint).toBe('Run: recollect models fetch all-minilm-l6-v2')
    putTinyModel(models, 'Xenova/all-MiniLM-L6-v2')
    expect(await vectorsOf(embedder, ['dog'])).toHaveLength(1)
  })

  it('has no vector for an empty text, without asking the model', async () => {
    const { embedded, failure } = await embedderFor().embed([' '], 'passage', PATIENT)
    expect(failure).toBeNull()
    expect(embedded).toEqual([{ kind: 'refused', problem: 'The text is empty.' }])
  })
})
