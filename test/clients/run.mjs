// Lists, calls and reads through published clients, over each transport that they have. Arguments: the names of clients.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const BINARY =
  process.env.BINARY_TO_TRY ?? new URL('../../dist/recollect.cjs', import.meta.url).pathname
const BOTH = ['stdio', 'http']
const CLIENTS = {
  'ai-sdk': { transports: BOTH, load: async () => (await import('./ai-sdk.mjs')).open },
  langchain: { transports: BOTH, load: async () => (await import('./langchain.mjs')).open },
  'openai-agents': {
    transports: BOTH,
    load: async () => (await import('./openai-agents.mjs')).open,
  },
  mastra: { transports: BOTH, load: async () => (await import('./mastra.mjs')).open },
  'mcp-use': { transports: BOTH, load: async () => (await import('./mcp-use.mjs')).open },
  'mcp-remote': {
    transports: ['http'],
    load: async () => (await import('./bridges.mjs')).mcpRemote,
  },
  supergateway: {
    transports: ['stdio'],
    load: async () => (await import('./bridges.mjs')).supergateway,
  },
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in CLIENTS))
if (unknown.length > 0) {
  console.error(
    `clients: no client ${unknown.join(', ')}. Known: ${Object.keys(CLIENTS).join(', ')}.`,
  )
  process.exit(2)
}

const home = mkdtempSync(join(tmpdir(), 'recollect-clients-'))
const env = {
  PATH: process.env.PATH,
  HOME: home,
  RECOLLECT_HOME: home,
  RECOLLECT_MODEL: 'offline/rehearsal',
}
const server = spawn(process.execPath, [BINARY, 'serve', '--port', '0'], { env })
const [line] = await once(createInterface({ input: server.stderr }), 'line')
const url = /http:\S+\/mcp/.exec(line)?.[0]

/** A warning that names our server is a fault of ours. */
const said = []
for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write.bind(stream)
  stream.write = (text, ...rest) => {
    said.push(String(text))
    return write(text, ...rest)
  }
}

let failed = 0
for (const name of wanted.length > 0 ? wanted : Object.keys(CLIENTS)) {
  const { transports, load } = CLIENTS[name]
  for (const kind of transports) {
    const target =
      kind === 'http'
        ? { kind, url, home }
        : { kind, command: process.execPath, args: [BINARY, 'stdio'], env }
    said.length = 0
    const problem = await check(await load(), target, `${name} ${kind}`)
    const warning = said.find(
      (text) => /warn|deprecat|invalid/i.test(text) && /recollect/i.test(text),
    )
    const fault = problem ?? (warning && `it warned: ${warning}`)
    if (fault) failed += 1
    console.log(fault ? `FAILED  ${name} over ${kind}: ${fault}` : `ok      ${name} over ${kind}`)
  }
}
server.kill('SIGTERM')
await once(server, 'exit')
rmSync(home, { recursive: true, force: true })
process.exit(failed === 0 ? 0 : 1)

/** Returns the problem found; undefined: none. */
async function check(open, target, agent) {
  let client
  try {
    client = await open(target)
    const tools = await client.list()
    if (!tools.includes('create_agent')) return `no create_agent in ${tools.join(', ')}`
    const made = await client.call('create_agent', { name: agent })
    const id = /agent-[0-9a-f-]{36}/.exec(made)?.[0]
    if (id === undefined) return `create_agent answered ${made.slice(0, 200)}`
    const reply = await client.call('send_message', { agent, message: 'Hello' })
    if (!reply.includes('completed')) return `send_message answered ${reply.slice(0, 200)}`
    const read = await client.read(`recollect://agents/${id}`)
    if (!read.includes(id)) return `the resource read ${read.slice(0, 200)}`
    return undefined
  } catch (error) {
    return error.stack ?? String(error)
  } finally {
    await client?.close()
  }
}
