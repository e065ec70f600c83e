import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removeHomes } from '../e2e/support.ts'
import type { Connection } from '../support/connect.ts'
import { type ScriptedProvider, say, startScriptedProvider } from '../support/scripted-provider.ts'
import { type Door, doorsOf } from './doors.ts'
import { type Attacked, startAllAttacked } from './servers.ts'
import { HOSTILE_TEXTS, type HostileText } from './texts.ts'

/*
 * Hostile texts through every text argument of every tool. Each is refused or answered, with the same code on both
 * databases, while others are served. By default each door gets some of the texts, and each text some of the doors; with
 * RECOLLECT_TEST_FULL every door gets all of them, which takes an hour.
 */

const STRIDE = process.env.RECOLLECT_TEST_FULL ? 1 : 97
const PATIENCE_MILLISECONDS = process.env.RECOLLECT_TEST_FULL ? 14_400_000 : 1_800_000
const MAX_MEGABYTES = 500
/** A request of its own is larger than a server reads; that is another refusal. */
const LONGEST = 3_500_000

let provider: ScriptedProvider
let attacked: readonly Attacked[] = []

beforeAll(async () => {
  provider = await startScriptedProvider()
  provider.respondWith(() => say('Fine.'))
  attacked = await startAllAttacked(provider)
}, 120_000)
afterAll(async () => {
  for (const one of attacked) await one.close()
  await provider.close()
  removeHomes()
})

describe('a hostile text from outside', () => {
  it(
    'is refused or answered at every door, alike on all databases',
    async () => {
      const [first] = attacked
      const tools = (await first?.client.tools()) ?? []
      const count = doorsTo(tools, attacked[0]).length
      expect(count).toBeGreaterThan(100)
      const wrong: string[] = []
      for (let place = 0; place < count; place += 1) {
        for (const text of textsFor(place)) {
          const outcomes = await Promise.all(
            attacked.map(async (one) => {
              const door = doorsTo(tools, one)[place]
              return door === undefined ? 'no door' : attack(one, door, text)
            }),
          )
          const [outcome = ''] = outcomes
          if (new Set(outcomes).size === 1 && !/internal|too long/.test(outcome)) continue
          const { tool, path } = doorsTo(tools, first)[place] ?? { tool: '', path: [] }
          wrong.push(`${tool} ${path.join('.')}: ${text.name}: ${outcomes.join(', ')}`)
        }
      }
      expect(wrong).toEqual([])
      for (const one of attacked) {
        expect(one.peakMegabytes()).toBeLessThan(MAX_MEGABYTES)
        expect(one.server.errors()).not.toMatch(/"level":"error"/)
      }
    },
    PATIENCE_MILLISECONDS,
  )
})

type Tools = readonly { readonly name: string }[]

function doorsTo(tools: Tools, one: Attacked | undefined): readonly Door[] {
  return tools.flatMap((tool) => doorsOf(tool as Parameters<typeof doorsOf>[0], one?.usual ?? {}))
}

function textsFor(place: number): readonly HostileText[] {
  return HOSTILE_TEXTS.filter(
    ({ text }, index) => index % STRIDE === place % STRIDE && JSON.stringify(text).length < LONGEST,
  )
}

/** How the call ends, in a word. A client beside it is served before anything times out. */
async function attack(one: Attacked, door: Door, { text }: HostileText): Promise<string> {
  const [outcome] = await Promise.all([
    outcomeOf(one.client, door, text),
    one.beside.call('search_archival', { agent: one.usual.agent, query: 'key' }),
  ])
  return outcome
}

async function outcomeOf(client: Connection, door: Door, text: string): Promise<string> {
  const { isError, data, text: shown } = await client.call(door.tool, door.fill(text))
  if ([...shown].length >= 20_000 || JSON.stringify(data).length >= 40_000) return 'too long'
  if (!isError) return data.status === 'failed' ? data.error.code : 'answered'
  return data.error?.code ?? data.status
}
