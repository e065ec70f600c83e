import type { Config } from '../config/config.ts'
import { toTimestamp } from '../core/clock.ts'
import { withoutSecrets } from '../core/safe-url.ts'
import { storedLessons } from '../llm/learned/learned.ts'
import type { ModelRegistry } from '../llm/model.ts'
import type { KnownEndpoints } from '../llm/registry/ollama-probe.ts'
import { createModelRegistry } from '../llm/registry/registry.ts'
import type { Storage } from '../storage/port/store.ts'

/** Remembered for as long as the data is; a server that only reads remembers what others wrote down. */
function rememberEndpoints({ endpoints, clock }: Storage): KnownEndpoints {
  const noted = new Set<string>()
  const keyOf = (baseUrl: string) => withoutSecrets(baseUrl)
  return {
    hasAnswered: async (baseUrl) =>
      noted.has(keyOf(baseUrl)) ||
      (await endpoints.answered().catch(() => noted)).has(keyOf(baseUrl)),
    async noteAnswer(baseUrl) {
      if (noted.has(keyOf(baseUrl))) return
      noted.add(keyOf(baseUrl))
      await endpoints.note(keyOf(baseUrl), toTimestamp(clock())).catch(() => undefined)
    },
  }
}

export function openModels(config: Config, storage: Storage): ModelRegistry {
  return createModelRegistry({
    endpoints: rememberEndpoints(storage),
    lessons: storedLessons(storage.learned, storage.clock),
    defaultHandle: config.model,
    settings: config.providers,
    limits: config.modelCalls,
  })
}
