import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TOOLSETS } from '../../src/core/toolset.ts'
import { ALL_PROMPTS } from '../../src/mcp/prompts/index.ts'
import { RESOURCES } from '../../src/mcp/resources/index.ts'
import { toolsOf } from '../../src/mcp/tools/index.ts'
import type { Connection } from '../support/connect.ts'
import { TEST_SERVER } from '../support/own-database.ts'
import { embedded, type Filled, fill } from './fill.ts'
import { mask } from './mask.ts'
import { toolArguments } from './tool-arguments.ts'
import { startAccessWorld, type World } from './world.ts'

/*
 * Two servers get the same calls from a client of the namespace `alpha`. On one of them there is a namespace `beta`
 * besides, full of things of the same kinds and names, whose ids, names and words the calls name; on the other nothing of
 * it ever existed. Whatever is asked, both answer the same.
 */

const RUNS = { numRuns: TEST_SERVER === undefined ? 8 : 4, seed: 8, endOnFailure: true }
const TOOLS = toolsOf(TOOLSETS)

interface Side {
  readonly world: World
  readonly token: string
  readonly client: Connection
  readonly own: Filled
}

let shared: Side
let alone: Side
let other: Filled
let otherClient: Connection
/** All that the other namespace holds, before anybody asked. */
let untouched: unknown
/** All that the client of `alpha` said itself, by which it may know words of the others. */
let said = ''

beforeAll(async () => {
  const [full, empty] = [await startAccessWorld(), await startAccessWorld()]
  otherClient = await full.connect(await full.token('beta'))
  // Rows of both lie between each other's.
  other = await fill(otherClient, 'betacanary')
  shared = await enter(full)
  await fill(otherClient, 'betacanarytwo')
  await embedded(otherClient)
  alone = await enter(empty)
  for (const { client } of [shared, alone]) await embedded(client)
  untouched = await readOther()
}, 240_000)
afterAll(async () => {
  await shared.world.close()
  await alone.world.close()
})

async function enter(world: World): Promise<Side> {
  const token = await world.token('alpha')
  const client = await world.connect(token)
  return { world, token, client, own: await fill(client, 'alphacanary') }
}

/** Both sides get the same answer, and it holds no word of the other namespace unless the question did. */
async function expectSame(
  ask: (client: Connection, own: Filled) => Promise<unknown>,
  clients: readonly [Connection, Connection] = [shared.client, alone.client],
  given = '',
): Promise<void> {
  said += given
  const settled = (client: Connection, own: Filled) =>
    ask(client, own).catch((error: unknown) => ({ thrown: partsOf(error) }))
  const here = await settled(clients[0], shared.own)
  const there = await settled(clients[1], alone.own)
  expect(mask(here, shared.own, other)).toEqual(mask(there, alone.own, other))
  const told = new Set(JSON.stringify(here).match(/betacanary\w+/g))
  expect([...told].filter((word) => !said.includes(word))).toEqual([])
}

function partsOf(error: unknown): unknown {
  const { message, code, data } = error as Error & { code?: unknown; data?: unknown }
  return { message, code, data }
}

const LISTS = [
  'list_agents',
  'list_blocks',
  'list_archives',
  'list_runs',
  'list_groups',
  'list_schedules',
]

/** All that the other namespace holds, as its own client reads it. */
async function readOther(): Promise<unknown> {
  const found = []
  for (const agent of [other.agent, other.second]) {
    for (const tool of ['get_agent', 'read_memory', 'search_archival', 'list_archives']) {
      found.push((await otherClient.call(tool, { agent, limit: undefined })).data)
    }
    found.push((await otherClient.call('search_conversation', { agent, limit: 50 })).data)
  }
  for (const run_id of [other.run, other.asking]) {
    found.push((await otherClient.call('get_run', { run_id, include_steps: true })).data)
  }
  for (const tool of [...LISTS, 'stats']) {
    found.push((await otherClient.call(tool)).data)
  }
  return found
}

describe('between namespaces', () => {
  it('every tool has its arguments here', () => {
    expect(Object.keys(toolArguments(other)).toSorted()).toEqual(
      TOOLS.map(({ name }) => name).toSorted(),
    )
  })

  describe.each(TOOLS.map(({ name }) => name))('%s', (tool) => {
    it('answers as if the others did not exist, and leaves them alone', async () => {
      const made = toolArguments(other)[tool]
      expect(made).toBeDefined()
      if (made === undefined) return
      await fc.assert(
        fc.asyncProperty(made, async (args) => {
          for (const { client } of [shared, alone]) await embedded(client)
          const given = JSON.stringify(args(shared.own))
          await expectSame((client, own) => client.call(tool, args(own)), undefined, given)
        }),
        RUNS,
      )
      expect(await readOther()).toEqual(untouched)
    }, 120_000)
  })

  it('resources and templates read as if the others did not exist', async () => {
    const variables: Readonly<Record<string, readonly string[]>> = {
      agent_id: [other.agent, other.agent.slice(6), other.second, other.secondName],
      label: ['human', 'plans', 'nothing'],
      passage_id: [other.passage, other.passage.slice(8)],
      run_id: [other.run, other.asking],
      group_id: [other.group, other.group.slice(6)],
    }
    const pick = fc.record(
      Object.fromEntries(
        Object.entries(variables).map(([name, all]) => [name, fc.constantFrom(...all)]),
      ),
    )
    for (const { uri } of RESOURCES) {
      await fc.assert(
        fc.asyncProperty(pick, async (values) => {
          const meant = uri.replaceAll(/\{(\w+)\}/g, (_, name) =>
            encodeURIComponent(String(values[name])),
          )
          await expectSame((client) => client.read(meant), undefined, meant)
        }),
        RUNS,
      )
    }
    await expectSame((client) => client.resources())
    await expectSame((client) => client.templates())
  }, 120_000)

  it('completions offer nothing of the others', async () => {
    const typed = fc.constantFrom(
      '',
      'agent-',
      other.agent.slice(0, 12),
      'beta',
      'A',
      'run-',
      'passage-',
      'h',
    )
    const templates = RESOURCES.map(({ uri }) => uri).filter((uri) => uri.includes('{'))
    for (const template of templates) {
      for (const [, name = ''] of template.matchAll(/\{(\w+)\}/g)) {
        await fc.assert(
          fc.asyncProperty(typed, async (value) => {
            const known = name === 'label' ? { agent_id: other.agent } : undefined
            await expectSame((client) => client.complete({ template }, { name, value }, known))
          }),
          RUNS,
        )
      }
    }
    for (const prompt of ALL_PROMPTS) {
      for (const { name } of prompt.arguments) {
        await fc.assert(
          fc.asyncProperty(typed, (value) =>
            expectSame((client) => client.complete({ prompt: prompt.name }, { name, value })),
          ),
          RUNS,
        )
      }
    }
  }, 120_000)

  it('prompts bring in nothing of the others', async () => {
    await expectSame((client) => client.prompts())
    for (const { name } of ALL_PROMPTS) {
      for (const agent of [other.agent, other.second, other.secondName]) {
        const args = { agent, message: 'Hello' }
        await expectSame((client) => client.prompt(name, args), undefined, JSON.stringify(args))
      }
    }
  })

  it('an address of an agent of the others leads nowhere', async () => {
    const ask = async ({ world, token }: Side, agent: string) => {
      const response = await fetch(`${world.url}/agents/${agent}`, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${token}`,
          'Content-Type': 'application/json',
          Accept: 'application/json, text/event-stream',
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
      })
      return { status: response.status, body: await response.text() }
    }
    for (const agent of [other.agent, other.agent.slice(6), other.second, other.secondName]) {
      const here = await ask(shared, agent)
      expect(here).toEqual(await ask(alone, agent))
      expect(here.status).toBe(404)
    }
  })

  it('an address of an own agent leads to none of the others', async () => {
    const clients = [
      await shared.world.connect(shared.token, '/agents/Ada'),
      await alone.world.connect(alone.token, '/agents/Ada'),
    ] as const
    const offered = (await clients[0].tools()).map(({ name }) => name)
    expect(offered.length).toBeGreaterThan(20)
    const all = toolArguments(other)
    for (const tool of offered) {
      const made = all[tool]
      if (made === undefined) throw new Error(`no arguments for ${tool}`)
      await fc.assert(
        fc.asyncProperty(made, async (args) => {
          const own = ({ agent: _, confirm: __, ...rest }: Record<string, unknown>) => rest
          const given = JSON.stringify(args(shared.own))
          await expectSame((client, mine) => client.call(tool, own(args(mine))), clients, given)
        }),
        { ...RUNS, numRuns: 3 },
      )
    }
  }, 240_000)
})
