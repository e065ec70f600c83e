import type { Embedder, EmbedderRegistry } from '../embedder.ts'
import { parseEmbeddingHandle } from '../embedding/embedding-handle.ts'
import { createHashEmbedder } from '../embedding/hash-embedder.ts'
import { createOpenAiEmbedder } from '../embedding/openai-embedder.ts'
import { createLocalEmbedder } from '../local/local-embedder.ts'
import type { ProviderSettings } from '../providers.ts'
import type { CallLimits } from '../wire/call-watch.ts'
import { missingKey } from './registry.ts'

export interface EmbedderRegistryOptions {
  readonly settings: ProviderSettings
  readonly limits: CallLimits
  /** The folder of models that run on this machine. May throw. */
  readonly modelsFolder: () => string
}

export function createEmbedderRegistry({
  settings,
  limits,
  modelsFolder,
}: EmbedderRegistryOptions): EmbedderRegistry {
  // Questions and passages share the model, which is in memory once.
  const local = new Map<string, Embedder>()
  return {
    check(handle) {
      parseEmbeddingHandle(handle)
    },
    resolve(handle) {
      const parsed = parseEmbeddingHandle(handle)
      if (parsed.kind === 'hash') return createHashEmbedder()
      if (parsed.kind === 'local') {
        const embedder = local.get(handle) ?? createLocalEmbedder(parsed, modelsFolder())
        local.set(handle, embedder)
        return embedder
      }
      const endpoint = settings.get(parsed.provider.name)
      if (!endpoint) throw missingKey(handle, parsed.provider)
      return createOpenAiEmbedder({ handle: parsed, endpoint, limits })
    },
  }
}
