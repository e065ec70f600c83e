import { startAccessWorld, type World } from '../access/world.ts'
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts'
import { type Ask, askAt } from './requests.ts'

/** A server whose agents have a scripted model, and requests to it with all scopes. */
export interface RestWorld {
  readonly world: World
  readonly provider: ScriptedProvider
  readonly ask: Ask
  close(): Promise<void>
}

export async function startRestWorld(): Promise<RestWorld> {
  const provider = await startScriptedProvider()
  const world = await startAccessWorld({
    RECOLLECT_MODEL: 'openai/scripted',
    OPENAI_API_KEY: 'sk-test-key',
    OPENAI_BASE_URL: provider.baseUrl,
  })
  return {
    world,
    provider,
    ask: askAt(world.url, await world.token()),
    async close() {
      await world.close()
      await provider.close()
    },
  }
}
