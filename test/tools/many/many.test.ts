import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { callInner, createWithAllTools } from '../../agent/inner-tools.ts'
import { startWorld, type World } from '../../agent/support.ts'
import { anybody } from '../../support/access.ts'
import { callTool, say } from '../../support/scripted-provider.ts'

/** Issue 20: what a server of 200 tools may cost a model, and how many of 50 questions must find the right tool. */
const MAX_TOKENS = 1_500
const MIN_RIGHT = 45

const SERVER = fileURLToPath(new URL('catalogue-server.mjs', import.meta.url))

let folder: string
let world: World
let agent: string
let names: readonly string[]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recollect-many-'))
  const file = join(folder, 'mcp.json')
  const mcpServers = { office: { command: process.execPath, args: [SERVER] } }
  await writeFile(file, JSON.stringify({ mcpServers }))
  world = await startWorld({ RECOLLECT_TOOL_SERVERS: file })
  const { tools, agents } = world.context
  let cursor: string | undefined
  const found: string[] = []
  do {
    const page = await tools.list({ tags: ['office'], limit: 100, cursor })
    found.push(...page.items.map(({ name }) => name))
    cursor = page.nextCursor
  } while (cursor !== undefined)
  names = found
  agent = await createWithAllTools(world, { contextWindow: 32_000 })
  const own = (await agents.get(agent)).agent.tools
  await agents.update(agent, { tools: [...own, ...names] }, anybody)
}, 60_000)
afterAll(async () => {
  await world.close()
  await rm(folder, { recursive: true })
})

it('a server of 200 tools costs a model at most 1,500 tokens, and all of their names are there', async () => {
  expect(names).toHaveLength(200)
  world.provider.enqueue(say('Hello.'))
  await world.talk(agent, 'Hello')
  const [findTools, ...others] = world
    .request()
    .tools.filter(({ function: { name } }: Wire) => /^find_tools$|^office__/.test(name))
  expect(others).toEqual([])
  expect(countTokens(JSON.stringify(findTools))).toBeLessThanOrEqual(MAX_TOKENS)
  const { description } = findTools.function
  for (const name of names) expect(description).toContain(name.replace('office__', ''))
})

it('of 50 questions at least 45 load the right tool, which can then be called', async () => {
  const text = await readFile(new URL('questions.txt', import.meta.url), 'utf8')
  const questions = text
    .trim()
    .split('\n')
    .map((line) => line.split('|'))
  expect(questions).toHaveLength(50)
  const wrong: string[] = []
  for (let start = 0; start < questions.length; start += 10) {
    const some = questions.slice(start, start + 10)
    const calls = some.map(([query = '']) => ['find_tools', { query }] as const)
    const answers = await callInner(world, agent, ...calls)
    some.forEach(([query, right], index) => {
      if (!answers[index]?.includes(`\noffice__${right}: `)) wrong.push(`${query} (${right})`)
    })
  }
  expect(questions.length - wrong.length, wrong.join('; ')).toBeGreaterThanOrEqual(MIN_RIGHT)

  const [answer] = await callInner(world, agent, [
    'office__set_thermostat',
    { target: 'bedroom', text: '18' },
  ])
  expect(answer).toBe('set_thermostat: bedroom')
}, 60_000)

it('a tool that was found and not used for long leaves at a compaction, and no other does', async () => {
  const offered = () => world.request().tools.map(({ function: { name } }: Wire) => name)
  await world.context.agents.configure(agent, { compactionMode: 'drop' })
  await callInner(world, agent, ['find_tools', { query: 'lock the door' }])
  await callInner(world, agent, ['office__lock_door', { target: 'front' }])
  expect(offered()).toEqual(expect.arrayContaining(['office__set_thermostat', 'office__lock_door']))
  for (let turn = 0; turn < 8; turn += 1) {
    const call = callTool('office__lock_door', { target: 'back' })
    world.provider.enqueue(call, say('Locked. '.repeat(900)))
    await world.talk(agent, `Lock it again. ${'Please. '.repeat(900)}`)
  }
  expect(offered()).toContain('office__lock_door')
  expect(offered()).not.toContain('office__set_thermostat')
}, 60_000)

interface Wire {
  readonly function: { readonly name: string }
}
