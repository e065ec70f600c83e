import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '../support/connect.ts'
import { CLEAR_MEMORY, ROLL_DICE } from '../tools/sources.ts'
import { expectOneLine, newHome, removeHomes, runCommand, withoutKey } from './support.ts'

/* The commands for those who write tools, and for those who operate servers of them. */

const NASTY = fileURLToPath(new URL('../tool-servers/nasty-server.mjs', import.meta.url))

let home: string
beforeAll(async () => {
  home = newHome()
  // The first start of Python takes long on a busy machine; later ones begin with what it keeps.
  const environment = { ...withoutKey(home), RECOLLECT_TOOLSETS: 'tools' }
  const client = await connect('v2-auto', { kind: 'stdio', environment })
  await client.call('run_tool', { source: ROLL_DICE.python }, { timeout: 150_000 })
  await client.close()
}, 180_000)
afterAll(removeHomes)

function file(name: string, text: string): string {
  const path = join(home, name)
  writeFileSync(path, text)
  return path
}

const run = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
  runCommand(args, { ...withoutKey(home), ...more })

describe.each([
  ['python', 'integer', 'dice.py', 'forget.py'],
  ['typescript', 'number', 'dice.ts', 'forget.ts'],
] as const)('a tool in %s in a file', (language, type, dice, forget) => {
  it('shows the schema that a model gets, and runs alone', async () => {
    const path = file(dice, ROLL_DICE[language])
    const schema = JSON.parse((await run(['tool', 'schema', path])).stdout)
    expect(schema).toMatchObject({
      name: 'roll_dice',
      parameters: { properties: { num_sides: { type } } },
    })
    const { code, stdout } = await run(['tool', 'run', path, '--args', '{"num_sides": 1}'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^success after \d+ ms\n1\n/)
  }, 60_000)

  it('shows what it would change in an agent, and changes it only when told to', async () => {
    const client = await connect('v2-auto', { kind: 'stdio', environment: withoutKey(home) })
    const name = `Ned ${language}`
    await client.call('create_agent', { name, human: 'Likes tea.' })
    const value = async () =>
      (await client.call('read_memory', { agent: name, label: 'human' })).data.blocks[0].value
    const command = ['tool', 'run', file(forget, CLEAR_MEMORY[language]), '--agent-state', name]
    const { stdout } = await run([...command, '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'success',
      result: 'memory reset',
      changes: [{ label: 'human', diff: expect.stringContaining('-Likes tea.') }],
    })
    expect(await value()).toBe('Likes tea.')
    expect((await run([...command, '--commit'])).code).toBe(0)
    expect(await value()).toBe('')
    await client.close()
  }, 60_000)
})

describe('recollect tool', () => {
  it('reads a schema without running anything of the file', async () => {
    const path = file('endless.ts', `${ROLL_DICE.typescript}\nfor (;;) {}\n`)
    const { code, stdout } = await run(['tool', 'schema', path])
    expect(code).toBe(0)
    expect(JSON.parse(stdout).name).toBe('roll_dice')
  })

  it('ends with 1 and the line if the tool fails, and says what it can not read', async () => {
    const path = file(
      'fails.ts',
      '/** Fails. */\nexport function fail() {\n  throw Error("no")\n}\n',
    )
    const failed = await run(['tool', 'run', path])
    expect(failed.code).toBe(1)
    expect(failed.stdout).toMatch(/^error after \d+ ms\nError: no\n {2}line 3/)
    for (const args of [
      ['tool', 'run', path, '--args', '[1]'],
      ['tool', 'run', join(home, 'none.py')],
      ['tool', 'schema', file('notes.txt', 'x')],
    ]) {
      const wrong = await run(args)
      expect(wrong.code).not.toBe(0)
      expectOneLine(wrong)
    }
  })
})

it('doctor says which languages run, how each tool server is, and none of their secrets', async () => {
  const secret = 'server-key-0123456789'
  const servers = {
    good: { command: process.execPath, args: [NASTY], env: { TOKEN: secret }, tools: ['echo'] },
    none: { command: process.execPath, args: [NASTY], tools: ['nothing'] },
    bad: { command: '/nonexistent/server' },
    off: { command: '/nonexistent/server', disabled: true },
  }
  const path = file('mcp.json', JSON.stringify({ mcpServers: servers }))
  const settings = { RECOLLECT_TOOL_SERVERS: path, EXA_API_KEY: 'search-key-0123456789' }
  const { stdout } = await run(['doctor'], settings)
  expect(stdout).toMatch(
    /^Tools +ok: TypeScript and Python \(pyodide [\d.]+\) run in the sandbox, web_search asks exa$/m,
  )
  expect(stdout).toMatch(/^Server +ok: good \(stdio\), one tool$/m)
  expect(stdout).toMatch(/^Server +ok: none \(stdio\), no tools: /m)
  expect(stdout).toMatch(/^Server +FAILED: bad \(stdio\): .*ENOENT/m)
  expect(stdout).not.toMatch(/off \(stdio\)/)
  const { stdout: json } = await run(['doctor', '--json'], settings)
  expect(JSON.parse(json)).toMatchObject({
    tools: { web_search: 'exa' },
    tool_servers: [
      { name: 'good', transport: 'stdio', tools: 1 },
      { name: 'none', tools: 0 },
      { name: 'bad', status: 'failed' },
    ],
  })
  expect(stdout + json).not.toContain(secret)
}, 60_000)
