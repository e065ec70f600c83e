import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connect } from '../support/connect.ts'
import { newHome, removeHomes } from './support.ts'

/*
 * A client waits for `initialize` and for the list of tools, so what answers them is a small part of the program, in a
 * file of its own. All else is read later: here it is missing.
 */

/** Folders of src of which a start needs something. */
const NEEDED = [
  'app',
  'auth',
  'cli',
  'config',
  'core',
  'fetch',
  'generated',
  'http',
  'llm',
  'mcp',
  'openai-door',
  'storage',
  'tool-servers',
]
const FIRST_PART = /^recollect-\w{16}\.cjs$/

let program: string

beforeAll(() => {
  program = newHome()
  for (const file of readdirSync('dist')) {
    if (file === 'recollect.cjs' || FIRST_PART.test(file)) {
      cpSync(join('dist', file), join(program, file))
    }
  }
})
afterAll(removeHomes)

function start(folder: string, home = newHome()) {
  return connect('v2-legacy', {
    kind: 'command',
    command: process.execPath,
    args: [join(folder, 'recollect.cjs'), 'stdio'],
    environment: { RECOLLECT_HOME: join(home, 'data'), XDG_CACHE_HOME: home },
  })
}

it('answers initialize and lists its tools from the launcher and one more file', async () => {
  const client = await start(program)
  expect(client.instructions).toContain('Recollect')
  expect((await client.tools()).map(({ name }) => name)).toContain('search_archival')
  await client.close()
})

it('that file holds nothing of agents, databases, doors, loading or transfer', () => {
  const [file = ''] = readdirSync(program).filter((name) => FIRST_PART.test(name))
  const text = readFileSync(join(program, file), 'latin1')
  const modules = [...text.matchAll(/"src\/([^"]+)\.ts"\(\)/g)].map(([, path = '']) => path)
  expect(modules.length).toBeGreaterThan(50)
  expect([...new Set(modules.map((path) => path.split('/')[0]))].toSorted()).toEqual(NEEDED)
  const later =
    /^(mcp\/(tools|resources|prompts)|storage\/\w+|llm\/(openai|messages|responses|registry))\//
  expect(modules.filter((path) => later.test(path))).toEqual([])
  const packages = [...text.matchAll(/"node_modules\/((?:@[^/"]+\/)?[^/"]+)[^"]*"\(/g)]
  expect([...new Set(packages.map(([, name]) => name))].toSorted()).toEqual([
    '@modelcontextprotocol/core',
    '@modelcontextprotocol/server',
    'zod',
  ])
})

it('searches and reads memory without what runs agents', async () => {
  const folder = mkdtempSync('node_modules/.start-')
  const home = newHome()
  try {
    cpSync('dist', folder, { recursive: true })
    const writer = await start(resolve(folder), home)
    await writer.call('create_agent', { name: 'reader' })
    await writer.call('insert_archival', { agent: 'reader', text: 'The kettle is for tea.' })
    await writer.close()
    for (const file of readdirSync(folder)) {
      if (/^recollect-(work|rest)-/.test(file)) rmSync(join(folder, file))
    }
    const reader = await start(resolve(folder), home)
    const agents = await reader.call('list_agents', {})
    expect(agents.data.agents).toMatchObject([{ name: 'reader' }])
    const found = await reader.call('search_archival', { agent: 'reader', query: 'tea' })
    expect(found.data.passages).toMatchObject([{ text: 'The kettle is for tea.' }])
    const memory = await reader.call('read_memory', { agent: 'reader' })
    expect(memory.data.blocks.length).toBeGreaterThan(0)
    const said = await reader.call('search_conversation', { agent: 'reader', query: 'tea' })
    expect(said.isError).toBe(false)
    const note = { agent: 'reader', text: 'The pot is for coffee.' }
    expect((await reader.call('insert_archival', note)).isError).toBe(false)
    expect((await reader.call('create_agent', { name: 'other' })).isError).toBe(true)
    await reader.close()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

it('goes on with its own files when an update takes them away', async () => {
  // Inside the checkout, where Node 20 finds its driver.
  const folder = mkdtempSync('node_modules/.start-')
  try {
    cpSync('dist', folder, { recursive: true })
    const client = await start(resolve(folder))
    for (const file of readdirSync(folder)) {
      if (/^recollect-/.test(file)) rmSync(join(folder, file))
    }
    // It is in the last part.
    const { isError } = await client.call('inspect_context', { agent: 'nobody' })
    expect(isError).toBe(true)
    const { data } = await client.call('create_agent', { name: 'somebody' })
    expect((await client.call('inspect_context', { agent: data.agent.id })).isError).toBe(false)
    await client.close()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
