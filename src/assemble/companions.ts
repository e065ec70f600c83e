import type { Clock } from '../core/clock.ts'
import type { ModelRegistry } from '../llm/model.ts'
import type { CompanionsPort } from '../service/context.ts'
import type { Store } from '../storage/port/store.ts'

/** Work in the background; its code is loaded with its first use. */
export function lazyCompanions(store: Store, models: ModelRegistry, clock: Clock): CompanionsPort {
  const settings = async () => {
    const { createSleepSettings } = await import('../companions/sleep-settings.ts')
    return createSleepSettings(store, models, clock)
  }
  return {
    configureSleeptime: async (...given) => (await settings()).configureSleeptime(...given),
    tidy: async (agent) => (await settings()).tidy(agent),
    async digest(digest) {
      const { createDigests } = await import('../companions/digests.ts')
      return createDigests(store, models, clock).digest(digest)
    },
  }
}
