import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { getMcpConfigForManifest, unpackExtension, v0_3 } from '@anthropic-ai/mcpb'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readConfig } from '../../src/config/read-config.ts'
import { type Connection, connect } from '../support/connect.ts'
import { newHome, removeHomes } from './support.ts'

/*
 * The bundle as Claude Desktop takes it: made, unpacked where the path has spaces, and started as its manifest says. It is
 * for Node 22 and newer; made it can be by Node 20 too.
 */
const isNode20 = process.versions.node.startsWith('20.')

let folder: string
let unpacked: string
// biome-ignore lint/suspicious/noExplicitAny: its own schema looks at it in a test below
let manifest: any

beforeAll(async () => {
  folder = newHome()
  const made = spawnSync(process.execPath, ['scripts/bundle.mjs', '--out', folder], {
    encoding: 'utf8',
  })
  expect(made.status, made.stderr).toBe(0)
  unpacked = join(folder, 'Claude Extensions (local)', 'recollect')
  mkdirSync(unpacked, { recursive: true })
  const [mcpbPath = ''] = readdirSync(folder).flatMap((name) =>
    name.endsWith('.mcpb') ? [join(folder, name)] : [],
  )
  expect(await unpackExtension({ mcpbPath, outputDir: unpacked, silent: true })).toBe(true)
  manifest = JSON.parse(readFileSync(join(unpacked, 'manifest.json'), 'utf8'))
}, 120_000)
afterAll(removeHomes)

/** The command that an installing client would run, with these answers to its questions. */
async function configured(userConfig: Readonly<Record<string, string>>) {
  const config = await getMcpConfigForManifest({
    manifest,
    extensionPath: unpacked,
    systemDirs: { HOME: homedir() },
    userConfig,
    pathSeparator: '/',
  })
  if (config === undefined) throw new Error('the manifest asks for more')
  return config
}

async function start(userConfig: Readonly<Record<string, string>>): Promise<Connection> {
  const { command, args = [], env = {} } = await configured(userConfig)
  const environment = { ...env, OLLAMA_HOST: '127.0.0.1:1' }
  return connect('v2-legacy', { kind: 'command', command, args, environment })
}

it.skipIf(isNode20)(
  'a server in a folder with spaces remembers, and shows what its manifest lists',
  async () => {
    const home = join(folder, 'My Data')
    const client = await start({ data_directory: home })
    const tools = (await client.tools()).map(({ name }) => name)
    expect(tools).toContain('create_agent')
    expect(manifest.tools.map(({ name }: { name: string }) => name)).toEqual(tools)
    await client.call('create_agent', { name: 'Ada' })
    const told = { agent: 'Ada', message: 'Remember that the kite is red.' }
    expect((await client.call('send_message', told)).data).toMatchObject({ status: 'completed' })
    await client.close()

    const again = await start({ data_directory: home })
    const asked = { agent: 'Ada', message: 'What do you know about the kite?' }
    expect((await again.call('send_message', asked)).data.reply).toContain('the kite is red')
    await again.close()
    expect(readdirSync(home)).toContain('recollect.db')
  },
)

it('an empty field leaves its setting unset', async () => {
  const { env } = await configured({})
  const settingsIn = (environment: Readonly<Record<string, string>> = {}) => {
    const { toolServers, localModels, ...settings } = readConfig({}, environment)
    // A folder that is read at its first use can't be compared.
    return { ...settings, hub: localModels.hub, toolServers: { ...toolServers, environment: {} } }
  }
  expect(settingsIn(env)).toEqual(settingsIn({}))
  // Other clients hand on what stands in the manifest.
  expect(settingsIn(manifest.server.mcp_config.env)).toEqual(settingsIn({}))
})

it('its manifest is valid, of this version, and hides what is typed into fields for keys', () => {
  expect(v0_3.McpbManifestSchema.safeParse(manifest).error).toBeUndefined()
  expect(manifest.version).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version)
  const env: Readonly<Record<string, string>> = manifest.server.mcp_config.env
  const fields = Object.entries(env).map(([variable, value]) => {
    const field = /^\$\{user_config\.(\w+)\}$/.exec(value)?.[1] ?? ''
    return { isKey: variable.endsWith('_KEY'), field: manifest.user_config[field] }
  })
  expect(fields).toHaveLength(Object.keys(manifest.user_config).length)
  for (const { isKey, field } of fields) expect(field.sensitive ?? false).toBe(isKey)
})

it('it holds only the program, its required modules, and licences', () => {
  const files = readdirSync(unpacked, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name).slice(unpacked.length + 1)] : [],
  )
  const known =
    /^(manifest\.json|dist\/(LICENSES\.txt|recollect(-[\w-]+)?\.cjs|page\.html)|dist\/sandbox\/.+|dist\/better-sqlite3\/.+)$/
  expect(files.filter((file) => !known.test(file))).toEqual([])
  const binaries = files.flatMap((file) => /([^/]+)\.node$/.exec(file)?.[1] ?? [])
  expect(binaries).toEqual(expect.arrayContaining(['darwin-arm64', 'linux-x64', 'win32-x64']))
  const licenses = readFileSync(join(unpacked, 'dist/LICENSES.txt'), 'utf8')
  expect(licenses).toMatch(/kysely [\s\S]+permission/i)
})

it('it supports every platform that it has binaries for, and any Node from 22 on', () => {
  expect(manifest.compatibility).toEqual({
    platforms: ['darwin', 'linux', 'win32'],
    runtimes: { node: '>=22.0.0' },
  })
})

it('a native module that this Node cannot load is reported with a remedy', async () => {
  const prebuilds = join(unpacked, 'dist/better-sqlite3/prebuilds')
  for (const file of readdirSync(prebuilds)) {
    writeFileSync(join(prebuilds, file), 'made for something else')
  }
  const client = await start({ data_directory: join(folder, 'other') })
  const { isError, text } = await client.call('list_agents')
  await client.close()
  expect(isError).toBe(true)
  expect(text).toMatch(isNode20 ? /use Node 22 or newer/ : /does not load on.*Use Built-in Node/)
})
