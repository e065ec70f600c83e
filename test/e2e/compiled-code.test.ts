import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { until } from '../reliability/harness.ts'
import { type Connection, connect } from '../support/connect.ts'
import { newHome, removeHomes } from './support.ts'

/*
 * The compiled code cache is in the user's cache folder, where it may be old, damaged, somebody else's, or impossible
 * to write. Tests use the packed program, which contains no compiled code.
 */

const PATIENCE_MILLISECONDS = 20_000
let program: string
let home: string
let folder: string

beforeAll(() => {
  program = newHome()
  for (const file of readdirSync('dist')) {
    if (/^recollect.*\.cjs$/.test(file)) cpSync(join('dist', file), join(program, file))
  }
})
beforeEach(() => {
  home = newHome()
  folder = join(home, 'cache/recollect')
})
afterAll(removeHomes)

function start(): Promise<Connection> {
  return connect('v2-legacy', {
    kind: 'command',
    command: process.execPath,
    args: [join(program, 'recollect.cjs'), 'stdio'],
    environment: { RECOLLECT_HOME: join(home, 'data'), XDG_CACHE_HOME: join(home, 'cache') },
  })
}

const isPrivate = (path: string) => (statSync(path).mode & 0o077) === 0
const kept = () => (existsSync(folder) ? readdirSync(folder) : [])

/** A server that runs until what it compiled is kept; the path of that. */
async function keep(isKept: (path: string) => boolean = () => true): Promise<string> {
  const client = await start()
  const path = await until(
    () =>
      kept()
        .map((name) => join(folder, name))
        .find((file) => /recollect-\w+\.cjs.*\.cache$/.test(file) && isKept(file)),
    PATIENCE_MILLISECONDS,
    'nothing was kept',
  )
  await client.close()
  return path
}

it('the first start caches it, readable by the user only, and the next one starts from it', async () => {
  const path = await keep()
  for (const name of kept()) {
    expect(name).toMatch(/^recollect-((data|work|rest)-)?\w+\.cjs\.v\d+\.\d+\.\d+-.*\.cache$/)
  }
  expect(readFileSync(path).length).toBeGreaterThan(100_000)
  const client = await start()
  expect((await client.tools()).length).toBeGreaterThan(0)
  await client.close()
})

it('what a long session kept is accepted by the next, so it is not written again', async () => {
  const first = await start()
  await first.call('list_agents', {})
  await until(() => kept().length >= 2 || undefined, PATIENCE_MILLISECONDS, 'nothing was kept')
  // Opens another part when the others are kept, which is a second after the start at the earliest.
  await first.call('inspect_context', { agent: 'somebody' })
  await first.close()
  const inodes = () => kept().map((name) => [name, statSync(join(folder, name)).ino])
  const before = inodes()
  expect(before.length).toBeGreaterThan(2)
  const next = await start()
  await next.call('inspect_context', { agent: 'somebody' })
  await next.close()
  expect(inodes()).toEqual(before)
})

it('a client that only initializes leaves caching to the next', async () => {
  const client = await start()
  await client.close()
  await until(() => kept().length > 0 || undefined, PATIENCE_MILLISECONDS, 'nothing was kept')
})

it.each([
  ['what V8 refuses', (path: string) => writeFileSync(path, 'not compiled by V8')],
  ['what others may write', (path: string) => chmodSync(path, 0o666)],
])('%s is not run, and replaced', async (_what, spoil) => {
  const path = await keep()
  const good = readFileSync(path).length
  spoil(path)
  const isGood = (file: string) => readFileSync(file).length > good / 2 && isPrivate(file)
  expect(await keep(isGood)).toBe(path)
})

it('only the newest are kept', async () => {
  mkdirSync(folder, { recursive: true })
  for (let index = 0; index < 40; index += 1) {
    writeFileSync(join(folder, `recollect-${index}.cjs.v20.0.0-linux-x64.cache`), '')
  }
  writeFileSync(join(folder, 'of-somebody-else'), '')
  // One that is listed may be gone a moment later.
  await keep((path) => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0)
  await until(() => kept().length <= 25 || undefined, PATIENCE_MILLISECONDS, 'all were kept')
  expect(kept()).toContain('of-somebody-else')
})

it('where nothing can be cached, the server starts, answers and ends normally', () => {
  const params = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '0' },
  }
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(program, 'recollect.cjs'), 'stdio'],
    {
      env: { RECOLLECT_HOME: join(home, 'data'), XDG_CACHE_HOME: '/dev/null' },
      input: `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`,
      encoding: 'utf8',
    },
  )
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(JSON.parse(stdout).result.serverInfo.name).toBe('recollect')
})
