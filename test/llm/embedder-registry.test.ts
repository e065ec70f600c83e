import { describe, expect, it } from 'vitest'
import { readProviderSettings } from '../../src/llm/providers.ts'
import { createEmbedderRegistry } from '../../src/llm/registry/embedder-registry.ts'

describe('the handle of an embedder', () => {
  const registry = createEmbedderRegistry({
    settings: readProviderSettings({}),
    limits: { totalMilliseconds: 1, idleMilliseconds: 1 },
    modelsFolder: () => '/nowhere',
  })

  it.each([
    ['openai', /openai\/text-embedding-3-small/],
    ['nobody/model', /Known providers: openai, .*local\/<model>/],
    ['openai/', /provider\/model/],
    ['local', /local\/all-minilm-l6-v2/],
    ['local/other', /local\/all-minilm-l6-v2, .*<owner>\/<name>.*local\/hash/],
    ['local/../secrets', /names no local model/],
    ['local/owner/..', /names no local model/],
    ['local/all-minilm-l6-v2@64', /can't be shortened/],
    ['openai/text-embedding-3-small@4096', /8 to 1536/],
    ['openai/text-embedding-3-small@0', /8 to 1536/],
    ['openai/text-embedding-ada-002@512', /has 1536 and can't be shortened/],
  ])('says what is allowed instead of %s', (handle, problem) => {
    expect(() => registry.check(handle)).toThrow(problem)
  })

  it.each([
    'local/hash',
    'local/all-minilm-l6-v2',
    'local/onnx-community/all-MiniLM-L6-v2-ONNX',
    'openai/text-embedding-3-large@256',
    'openai/text-embedding-ada-002@1536',
    'openrouter/openai/text-embedding-3-small',
  ])('may be %s', (handle) => {
    expect(() => registry.check(handle)).not.toThrow()
  })

  it('needs a key where its provider does', () => {
    expect(() => registry.resolve('openai/text-embedding-3-small')).toThrow(/OPENAI_API_KEY/)
    expect(registry.resolve('ollama/nomic-embed-text').dimension()).toBe(768)
  })
})
