import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom } from '../../reliability/random.ts'
import {
  type CallResult,
  type Connection,
  connect,
  type ServeProcess,
  startServe,
} from '../../support/connect.ts'
import {
  callTool,
  type ScriptedProvider,
  startScriptedProvider,
} from '../../support/scripted-provider.ts'
import { newHome, removeHomes, withModel } from '../support.ts'

/*
 * SIGKILL while a tool runs: one that edits memory, and one of an MCP server. TOOL_KILLS=100 is the size of issue 20.
 */
const KILLS = Number(process.env.TOOL_KILLS ?? 4)
/** From the model's answer on: the call is prepared, made, and its result stored within it. */
const KILL_WITHIN_MILLISECONDS = 400
const PATIENCE_MILLISECONDS = 120_000
const ROUND_MILLISECONDS = 60_000

const BUMP = `/** Counts one more. */
export async function bump(agentState: AgentState): Promise<string> {
  const next = Number(agentState.memory.getBlock('count').value) + 1
  await new Promise((resolve) => setTimeout(resolve, 60))
  agentState.memory.updateBlockValue('count', String(next))
  await new Promise((resolve) => setTimeout(resolve, 60))
  return 'now ' + next
}
`
const SERVER = fileURLToPath(new URL('stamping-server.mjs', import.meta.url))
const random = createRandom(20_261_130)

let home: string
let provider: ScriptedProvider
let environment: Readonly<Record<string, string>>
let server: ServeProcess
let client: Connection
/** Resolves when the model has been asked for its next answer. */
let onAsked: () => void = () => undefined

beforeAll(async () => {
  home = newHome()
  provider = await startScriptedProvider()
  const servers = join(home, 'mcp.json')
  const env = { STAMPS: join(home, 'stamps') }
  writeFileSync(env.STAMPS, '')
  const stamping = { command: process.execPath, args: [SERVER], env }
  writeFileSync(servers, JSON.stringify({ mcpServers: { stamping } }))
  environment = {
    ...withModel(home, provider),
    RECOLLECT_TOOLSETS: 'core,tools',
    RECOLLECT_TOOL_SERVERS: servers,
    RECOLLECT_LEASE_SECONDS: '1',
  }
  provider.respondWith(({ messages }) => {
    onAsked()
    const last = messages.at(-1)
    if (last.role === 'tool')
      return callTool('send_message', { thinking: 'Said.', message: 'Done.' })
    const [key] = /key-\d+/.exec(last.content) ?? []
    const name = key === undefined ? 'bump' : 'stamping__stamp'
    return callTool(name, { thinking: 'Now.', ...(key && { key }), request_heartbeat: true })
  })
  await start()
}, 60_000)
afterAll(async () => {
  await client.close().catch(() => {})
  await server.stop()
  await provider.close()
  removeHomes()
})

async function start(): Promise<void> {
  server = await startServe(environment)
  client = await connect('v2-auto', { kind: 'http', url: server.url })
}

/** The tool's only result, as the model reads it, after a kill while it ran. */
async function killDuring(agent: string, message: string): Promise<string> {
  const asked = new Promise<void>((resolve) => {
    onAsked = resolve
  })
  const sent = await answer('send_message', { agent, message, wait_seconds: 0 })
  await asked
  await sleep(random.below(KILL_WITHIN_MILLISECONDS))
  const { process: child } = server
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await exited
  await client.close().catch(() => {})
  await start()
  const over = Date.now() + PATIENCE_MILLISECONDS
  for (;;) {
    const run = await answer('get_run', {
      run_id: sent.run_id,
      wait_seconds: 5,
      include_steps: true,
    })
    if (run.status === 'completed') {
      const returns = run.messages.filter(({ type }: Entry) => type === 'tool_return_message')
      expect(returns).toHaveLength(1)
      return returns[0].text
    }
    expect(['queued', 'running']).toContain(run.status)
    expect(Date.now(), 'the run is over in time').toBeLessThan(over)
  }
}

async function answer(tool: string, args: object): Promise<CallResult['data']> {
  const { isError, text, data } = await client.call(tool, args)
  expect(isError, text).toBe(false)
  return data
}

test(
  `${KILLS} kills during a tool that edits memory: each call takes effect once, as its result says`,
  async () => {
    const { agent } = await answer('create_agent', { blocks: [{ label: 'count', value: '0' }] })
    await answer('create_tool', { source: BUMP })
    await answer('attach_tool', { agent: agent.id, tool: 'bump' })
    for (let kill = 1; kill <= KILLS; kill += 1) {
      expect(await killDuring(agent.id, 'One more')).toBe(`now ${kill}`)
      const { blocks } = await answer('read_memory', { agent: agent.id, label: 'count' })
      expect(blocks[0].value).toBe(String(kill))
    }
  },
  KILLS * ROUND_MILLISECONDS,
)

test(
  `${KILLS} kills during a tool of an MCP server: no call is repeated, and its result says what is known`,
  async () => {
    const { agent } = await answer('create_agent', {})
    await answer('list_tools', {})
    await answer('attach_tool', { agent: agent.id, tool: 'stamping__stamp' })
    const outcomes = { stamped: 0, unknown: 0 }
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const key = `key-${kill}`
      const result = await killDuring(agent.id, key)
      const stamps = readFileSync(join(home, 'stamps'), 'utf8').split('\n')
      const times = stamps.filter((line) => line === key).length
      expect(times).toBeLessThanOrEqual(1)
      if (result === `stamped ${key}`) {
        expect(times).toBe(1)
        outcomes.stamped += 1
      } else {
        expect(result).toMatch(/unknown/)
        outcomes.unknown += 1
      }
    }
    console.log(outcomes)
  },
  KILLS * ROUND_MILLISECONDS,
)

interface Entry {
  readonly type: string
}
