import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { callOn, speak, startWorld, toolResults, type World } from '../agent/support.ts'
import { anybody } from '../support/access.ts'

/* A tool that can't be run here fails with a sentence, and its agent goes on. */

const NASTY = fileURLToPath(new URL('../tool-servers/nasty-server.mjs', import.meta.url))

let folder: string
let program: string
let world: World
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recollect-unavailable-'))
  program = join(folder, 'server.mjs')
  await copyFile(NASTY, program)
  const file = join(folder, 'mcp.json')
  const mcpServers = { nasty: { command: process.execPath, args: [program] } }
  await writeFile(file, JSON.stringify({ mcpServers }))
  world = await startWorld({ RECOLLECT_TOOL_SERVERS: file, RECOLLECT_FETCH: 'example.com' })
}, 60_000)
afterAll(async () => {
  await world.close()
  await rm(folder, { recursive: true })
})

/** Text that the model reads of a call that reads only. */
async function resultOf(tool: string, args: object): Promise<string | undefined> {
  const agent = await world.createAgent({ tools: ['send_message'] })
  await world.context.tools.attach(agent, tool, anybody)
  if (tool.startsWith('nasty')) {
    await rm(program)
    await world.restart()
  }
  world.provider.enqueue(callOn(tool, { ...args }), speak('The tool is unavailable.'))
  const { reply } = await world.talk(agent, 'Try')
  expect(reply).toBe('The tool is unavailable.')
  return toolResults(world.request()).at(-1)
}

it('of a page on a host that may not be fetched from', async () => {
  expect(await resultOf('fetch_webpage', { url: 'https://other.example/' })).toMatch(
    /other\.example is not among the hosts.*RECOLLECT_FETCH/,
  )
})

it('of a server that can not be started any more', async () => {
  await world.context.tools.list({ limit: 1 })
  expect(await resultOf('nasty__echo', { text: 'hi' })).toMatch(
    /"nasty" can't be reached, and nothing was called/,
  )
}, 60_000)
