import type { EmbedderRegistry } from '../embedder.ts'
import { parseEmbeddingHandle } from '../embedding/embedding-handle.ts'
import { createHashEmbedder } from '../embedding/hash-embedder.ts'
import { createOpenAiEmbedder } from '../embedding/openai-embedder.ts'
import type { ProviderSettings } from '../providers.ts'
import type { CallLimits } from '../wire/call-watch.ts'
import { missingKey } from './registry.ts'

export interface EmbedderRegistryOptions {
  readonly settings: ProviderSettings
  readonly limits: CallLimits
}

export function createEmbedderRegistry({
  settings,
  limits,
}: EmbedderRegistryOptions): EmbedderRegistry {
  return {
    check(handle) {
      parseEmbeddingHandle(handle)
    },
    resolve(handle) {
      const parsed = parseEmbeddingHandle(handle)
      if (parsed.kind === 'hash') return createHashEmbedder()
      const endpoint = settings.get(parsed.provider.name)
      if (!endpoint) throw missingKey(handle, parsed.provider)
      return createOpenAiEmbedder({ handle: parsed, endpoint, limits })
    },
  }
}
