import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Caller } from '../../src/core/access.ts'
import { callOn, speak, startWorld, toolResults, type World } from '../agent/support.ts'

const OWNER: Caller = { name: 'owner', scopes: new Set(['read', 'chat', 'write', 'admin']) }
const WRITER: Caller = { name: 'writer', scopes: new Set(['read', 'chat', 'write']) }
const NASTY = fileURLToPath(new URL('../tool-servers/nasty-server.mjs', import.meta.url))

let folder: string
let world: World
let agent: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recollect-servers-'))
  const path = join(folder, 'mcp.json')
  const nasty = { command: process.execPath, args: [NASTY] }
  await writeFile(path, JSON.stringify({ mcpServers: { nasty } }))
  world = await startWorld({ RECOLLECT_TOOL_SERVERS: path })
  agent = await world.createAgent()
}, 60_000)
afterAll(async () => {
  await world.close()
  await rm(folder, { recursive: true })
})

it('tools of a server are listed, given to an agent by an administrator, and called', async () => {
  const { tools } = world.context
  const { items } = await tools.list({ query: 'nasty__', limit: 100 })
  expect(items).toHaveLength(16)
  expect(items).toContainEqual(
    expect.objectContaining({ name: 'nasty__echo', language: 'mcp', effect: 'readonly' }),
  )
  await expect(tools.attach(agent, 'nasty__echo', WRITER)).rejects.toThrow(/scope "admin"/)
  await tools.attach(agent, 'nasty__echo', OWNER)
  world.provider.enqueue(callOn('nasty__echo', { text: 'hello' }), speak('Said.'))
  await world.talk(agent, 'Say hello')
  expect(toolResults(world.request()).at(-1)).toContain('hello')
  await expect(tools.update('nasty__echo', { tags: ['x'] }, OWNER)).rejects.toThrow(/tool server/)
  expect(await tools.servers()).toMatchObject([{ name: 'nasty', status: 'connected', tools: 16 }])
})

it('a tool that its server describes otherwise needs approval again', async () => {
  const { tools, runs } = world.context
  await tools.attach(agent, 'nasty__change', OWNER)
  const call = callOn('nasty__change', {})
  world.provider.enqueue(call, speak('Changed.'))
  expect((await world.talk(agent, 'Change')).run.status).toBe('completed')
  await expect
    .poll(
      async () => {
        await tools.list({ limit: 1 })
        return (await tools.get('nasty__change')).version
      },
      { timeout: 15_000 },
    )
    .toBe(2)
  world.provider.enqueue(call, speak('Again.'))
  const { run } = await world.talk(agent, 'Change')
  expect(run.status).toBe('requires_approval')
  await runs.respond(run.id, { approve: false })
  await world.end(run.id)
})
