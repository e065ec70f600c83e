import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readConfig } from '../../src/config/read-config.ts'
import { ConfigError } from '../../src/core/config-error.ts'
import { TOOLSETS } from '../../src/core/toolset.ts'
import { PROVIDERS } from '../../src/llm/providers.ts'
import { toolsOf } from '../../src/mcp/tools/index.ts'
import { speak } from '../faults/answers.ts'
import { startVendor, type Vendor } from '../faults/vendor.ts'
import { BINARY, type Connection, connect, startServe } from '../support/connect.ts'
import { answerWithKey, FAULTS } from './answer-with-key.ts'
import { filesIn, formsOf, SECRETS, tracesIn } from './canary.ts'
import { callEveryTool, readEverything } from './every-tool.ts'
import { newHome, removeHomes, runCommand } from './support.ts'

/*
 * Every place that takes a secret has one, everything is done that can be done, and endpoints answer with the key that
 * they were sent, in all the ways in which it can be written. No secret may come out anywhere.
 */

const MODEL = 'openai/scripted'

let vendor: Vendor
let folder: string
/** Searched texts by their origin. */
const seen: Record<string, string> = {}
const note = (name: string, text: string) => {
  seen[name] = `${seen[name] ?? ''}${text}\n`
}

beforeAll(async () => {
  folder = newHome()
  vendor = await startVendor(speak('Here I am.'))
  vendor.always(answerWithKey(vendor))
})
afterAll(async () => {
  await vendor.close()
  removeHomes()
})

const environment = (home: string) => ({
  ...SECRETS,
  ...Object.fromEntries(PROVIDERS.map(({ baseUrlVariable }) => [baseUrlVariable, vendor.baseUrl])),
  RECOLLECT_HOME: join(folder, home),
  RECOLLECT_MODEL: MODEL,
  RECOLLECT_EMBEDDING: 'openai/text-embedding-3-small',
  RECOLLECT_TOOLSETS: 'all',
  RECOLLECT_LOG: 'debug',
  RECOLLECT_TOOL_SERVERS: toolServers(),
  RECOLLECT_TOOL_SECRETS: 'TOOL_SECRET@127.0.0.1',
  PATH: process.env.PATH ?? '',
})

/** A server that tells what it was given when it fails, and one that sends its header back when it refuses. */
function toolServers(): string {
  const variable = (name: string) => ['$', '{', name, '}'].join('')
  const path = join(folder, 'mcp.json')
  const nasty = {
    command: process.execPath,
    args: [fileURLToPath(new URL('../tool-servers/nasty-server.mjs', import.meta.url))],
    env: { TOKEN: variable('SERVER_VARIABLE') },
  }
  const headers = { Authorization: `Bearer ${variable('SERVER_HEADER')}` }
  const web = { url: `${vendor.baseUrl}/mcp`, headers }
  writeFileSync(path, JSON.stringify({ mcpServers: { nasty, web } }))
  return path
}

/** Lets an agent call the tool that fails with what its server was given. */
async function askServer(client: Connection): Promise<void> {
  const { agent } = (await client.call('create_agent', { model: MODEL })).data
  await client.call('attach_tool', { agent: agent.id, tool: 'nasty__fail' })
  const sent = { agent: agent.id, message: 'Ask the server', max_steps: 2, include_steps: true }
  const { text } = await client.call('send_message', { ...sent, wait_seconds: 60 })
  expect(text).toContain('it failed with [redacted]')
}

/** The client; whatever it is answered or refused is noted. */
function noted(name: string, client: Connection): Connection {
  const follow = (value: unknown): unknown => {
    if (typeof value !== 'function') return value
    return async (...args: readonly unknown[]) => {
      try {
        const result = await value(...args)
        note(name, JSON.stringify(result) ?? '')
        return result
      } catch (error) {
        note(name, `${error instanceof Error ? error.stack : error} ${JSON.stringify(error)}`)
        throw error
      }
    }
  }
  const entries = Object.entries(client).map(([key, value]) => [key, follow(value)])
  return Object.fromEntries(entries)
}

/** One that answers at once, one that streams; an error that is tried again takes time, and the others are like them. */
const PATIENT = ['openai', 'lmstudio']

/** Sends each fault to an agent of each provider. */
async function suffer(client: Connection): Promise<void> {
  const failed = PROVIDERS.flatMap(({ name }) =>
    FAULTS.filter((fault) => fault !== 'unfinished' || PATIENT.includes(name)).map(
      async (fault) => {
        const { agent } = (await client.call('create_agent', { model: `${name}/scripted` })).data
        const message = `fault: ${fault}`
        const sent = { agent: agent.id, message, include_steps: true, wait_seconds: 60 }
        const { data, text } = await client.call('send_message', sent)
        expect(['failed', 'completed', 'waiting'], `${name} ${message}: ${text}`).toContain(
          data.status,
        )
        await client.call('get_run', { run_id: data.run_id, include_steps: true })
        await client.read(`recollect://runs/${data.run_id}`)
      },
    ),
  )
  await Promise.all(failed)
}

async function doAll(name: string, client: Connection): Promise<void> {
  const all = noted(name, client)
  expect(await callEveryTool(all, MODEL)).toEqual(
    toolsOf(TOOLSETS)
      .map((tool) => tool.name)
      .sort(),
  )
  await askServer(all)
  await readEverything(all)
  // Its queue has given up by now, or does so here.
  await expect
    .poll(async () => JSON.stringify((await all.call('stats')).data.embeddings), {
      timeout: 20_000,
    })
    .toMatch(/problem/)
}

function expectNoTraces(): void {
  Object.assign(seen, filesIn(folder))
  expect(tracesIn(seen).slice(0, 5)).toEqual([])
}

it('the search finds a secret in whatever form it is written', () => {
  for (const [variable, secret] of Object.entries(SECRETS)) {
    for (const form of [...formsOf(secret), btoa(`user:${secret}`), secret.toUpperCase()]) {
      const traces = tracesIn({ text: `before ${form} after` })
      expect(traces.join(), form).toContain(`${variable} in text`)
    }
  }
})

it('over stdio, no secret is in answers, stderr or stored data', {
  timeout: 240_000,
}, async () => {
  const log = join(folder, 'stdio.log')
  const wire = join(folder, 'stdio.wire')
  const client = await connect('v2-legacy', {
    kind: 'command',
    command: 'sh',
    args: ['-c', `"$0" "$1" stdio 2>"${log}" | tee "${wire}"`, process.execPath, BINARY],
    environment: environment('stdio'),
  })
  await doAll('stdio', client)
  await suffer(noted('stdio', client))
  // The log ahead of the last checkpoint is there only while the server is.
  expectNoTraces()
  await client.close()
  expect(readFileSync(log, 'utf8')).toMatch(/a model call is tried again.*\[redacted\]/)
  const sent = new Set(vendor.requests.map(({ headers }) => headers.authorization))
  for (const { keyVariables } of PROVIDERS) {
    expect(sent).toContain(`Bearer ${SECRETS[keyVariables[0]]}`)
  }
  expectNoTraces()
})

it('over HTTP, no secret is in answers, stderr or stored data', {
  timeout: 240_000,
}, async () => {
  const server = await startServe(environment('http'))
  const token = SECRETS.RECOLLECT_TOKEN ?? ''
  const client = await connect('v2-auto', { kind: 'http', url: server.url, token })
  await doAll('http', client)
  const listening = await client.listen(['recollect://agents'])
  await client.call('create_agent')
  await listening.stop()
  await client.close()
  const origin = new URL(server.url).origin
  const bearer = { authorization: `Bearer ${token}` }
  const query = `?token=${encodeURIComponent(token)}`
  for (const [path, init] of [
    ['/health', { headers: bearer }],
    [`/health${query}`, {}],
    ['/nothing', { headers: bearer }],
    [`/mcp${query}`, {}],
    ['/mcp', { headers: { authorization: `Bearer ${token}x` } }],
    ['/mcp', { headers: { authorization: `Basic ${btoa(token)}` } }],
    ['/mcp', { headers: { ...bearer, 'mcp-session-id': 'none' } }],
    ['/mcp', { headers: bearer, method: 'PUT' }],
    ['/mcp', { headers: bearer, method: 'POST', body: '{' }],
    ['/mcp?toolsets=nothing', { headers: bearer, method: 'POST', body: '{}' }],
    ['/mcp/agents/nobody', { headers: bearer, method: 'POST', body: '{}' }],
  ] as const) {
    const response = await fetch(`${origin}${path}`, init)
    note(`http ${path}`, JSON.stringify([...response.headers]) + (await response.text()))
  }
  expectNoTraces()
  await server.stop()
  note('http stderr', server.errors())
  expectNoTraces()
})

it('no command prints a secret, and no copy or export holds one', {
  timeout: 120_000,
}, async () => {
  const settings = environment('stdio')
  const run = async (args: readonly string[], more: Readonly<Record<string, string>> = {}) => {
    const { code, stdout, stderr } = await runCommand(args, { ...settings, ...more })
    note(`recollect ${args[0]}`, stdout + stderr)
    return { code, stdout }
  }
  await run(['doctor'])
  await run(['doctor'], { RECOLLECT_MODEL: '', RECOLLECT_EMBEDDING: '' })
  expect((await run(['stats'])).code).toBe(0)
  expect((await run(['backup', join(folder, 'copy.db')])).code).toBe(0)
  const file = join(folder, 'agent.json')
  const client = await connect('v2-legacy', { kind: 'stdio', environment: settings })
  const [agent] = (await client.call('list_agents')).data.agents
  await client.close()
  expect((await run(['export', agent.id, file])).code).toBe(0)
  expect((await run(['import', file])).code).toBe(0)
  expectNoTraces()
})

/** A secret where none belongs, as people put it there. */
const ADDRESSES: readonly ((secret: string) => string)[] = [
  (secret) => `http://user:${secret}@127.0.0.1:1/v1`,
  (secret) => `http://${encodeURIComponent(secret)}@127.0.0.1:1/v1`,
  (secret) => `http://127.0.0.1:1/v1?key=${encodeURIComponent(secret)}`,
  (secret) => `http://127.0.0.1:1/v1#${encodeURIComponent(secret)}`,
]
const WRONG: readonly (readonly [variable: string, value: (secret: string) => string])[] = [
  ...['OPENAI_BASE_URL', 'OLLAMA_HOST'].flatMap((variable) =>
    ADDRESSES.map((value) => [variable, value] as const),
  ),
  ...[
    'RECOLLECT_OAUTH_ISSUER',
    'RECOLLECT_OAUTH_JWKS_URL',
    'RECOLLECT_PUBLIC_URL',
    'RECOLLECT_ALLOWED_HOSTS',
    'RECOLLECT_CORS_ORIGINS',
  ].flatMap((variable) => ADDRESSES.map((value) => [variable, value] as const)),
  ['OPENAI_BASE_URL', (secret) => secret],
  ['RECOLLECT_DATABASE_URL', (secret) => `postgres://user:${encodeURIComponent(secret)}@[::1]:1/x`],
  ['RECOLLECT_DATABASE_URL', (secret) => `mysql://user:${secret}@127.0.0.1:1/x`],
  ['RECOLLECT_TOKEN', (secret) => `${secret} ${secret}`],
  ['RECOLLECT_MODEL', (secret) => `sk-${secret.slice(0, 24)}`],
]

/** Complete, so that what is wrong is the address. */
const OAUTH = {
  RECOLLECT_OAUTH_ISSUER: 'https://idp.example',
  RECOLLECT_PUBLIC_URL: 'https://memory.example/mcp',
}

it('a secret in the wrong setting is not shown', { timeout: 120_000 }, async () => {
  const { RECOLLECT_TOKEN: secret = '' } = SECRETS
  for (const [variable, value] of WRONG) {
    const wrong = { RECOLLECT_HOME: join(folder, 'wrong'), [variable]: value(secret) }
    const command = /OAUTH|PUBLIC|HOSTS|CORS/.test(variable) ? ['serve', '--port', '0'] : ['doctor']
    const { code, stdout, stderr } = await runCommand(command, { ...OAUTH, ...wrong })
    expect(code, `${variable}=${wrong[variable]}`).not.toBe(0)
    note(`${variable}=${value('<secret>')}`, stdout + stderr)
  }
  for (const { baseUrlVariable } of PROVIDERS) {
    for (const address of ADDRESSES) {
      const wrong = { [baseUrlVariable]: address(secret) }
      expect(() => readConfig({}, wrong)).toThrow(ConfigError)
      expect(() => readConfig({}, wrong)).not.toThrow(secret)
    }
  }
  expectNoTraces()
})
