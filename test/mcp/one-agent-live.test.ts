import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveHttp } from '../../src/app/serve.ts'
import { TOOLSETS } from '../../src/core/toolset.ts'
import type { HttpServing } from '../../src/mcp/transports/http.ts'
import { PATIENT } from '../agent/patient.ts'
import { speak } from '../agent/support.ts'
import { openToAll } from '../support/access.ts'
import { CLIENT_KINDS, type Connection, connect } from '../support/connect.ts'
import { type RealServer, startRealServer } from './real-server.ts'

/* Notifications for a client that is limited to one agent reveal no other agent. */

let server: RealServer
let ada: string
let bob: { agent: string; run: string; passage: string }
const open: HttpServing[] = []
const clients: Connection[] = []

beforeAll(async () => {
  server = await startRealServer(TOOLSETS)
  server.provider.respondWith(() => speak('Hello.'))
  ada = (await server.answer('create_agent', { name: 'Ada' })).agent.id
  const second = (await server.answer('create_agent', { name: 'Bob' })).agent
  const run = await server.answer('send_message', { agent: 'Bob', message: 'Hello' })
  const stored = await server.answer('insert_archival', { agent: 'Bob', text: 'Bob was here.' })
  bob = { agent: second.id, run: run.run_id, passage: stored.passages[0].id }
})
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()))
  await Promise.all(open.map((serving) => serving.close()))
  await server.close()
})

/** The address of `/mcp`. */
async function serve(agent?: string): Promise<string> {
  const serving = await serveHttp(async () => server.context, {
    toolsets: ['core'],
    agent,
    host: '127.0.0.1',
    port: 0,
    authenticate: openToAll,
    log: () => undefined,
  })
  open.push(serving)
  return serving.url
}

async function clientAt(kind: (typeof CLIENT_KINDS)[number], url: string): Promise<Connection> {
  const client = await connect(kind, { kind: 'http', url })
  clients.push(client)
  return client
}

const WAYS = [
  ['by the address', async () => `${await serve()}/agents/Ada`],
  ['by the setting of the server', () => serve('Ada')],
] as const

describe.each(CLIENT_KINDS)('a %s client', (kind) => {
  it.each(WAYS)('pinned to one agent %s is notified of that agent only', async (_, address) => {
    const url = await address()
    const client = await clientAt(kind, url)
    const human = `recollect://agents/${ada}/memory/human`
    const uris = ['recollect://agents', `recollect://agents/${ada}`, human]
    const heard = await client.listen(uris)
    await server.answer('update_agent', { agent: 'Bob', description: `Since ${Date.now()}` })
    await server.answer('append_to_memory_block', { agent: 'Bob', label: 'human', text: 'Tall.' })
    await server.answer('send_message', { agent: 'Bob', message: 'Hello' })
    await server.answer('create_agent', { name: 'Another' })
    await server.answer('append_to_memory_block', { agent: 'Ada', label: 'human', text: 'Small.' })
    // Told in the order in which it happened.
    await expect.poll(() => heard.updated, PATIENT).toContain(human)
    expect([...heard.updated].sort()).toEqual([`recollect://agents/${ada}`, human])
    expect(heard.listChanges()).toBe(0)
    await server.answer('update_agent', { agent: 'Ada', description: `Since ${Date.now()}` })
    await expect.poll(() => heard.listChanges(), PATIENT).toBeGreaterThan(0)
    await expect.poll(() => heard.updated, PATIENT).toContain('recollect://agents')
  })

  it.each(WAYS)('pinned to one agent %s can watch no other', async (_, address) => {
    const url = await address()
    const nobody = '00000000-0000-4000-8000-000000000000'
    const foreign = [
      [`recollect://agents/${bob.agent}`, `recollect://agents/agent-${nobody}`],
      [`recollect://agents/${bob.agent}/memory/human`, `recollect://agents/${nobody}/memory/human`],
      ['recollect://agents/Bob/messages', 'recollect://agents/Nobody/messages'],
      [`recollect://runs/${bob.run}`, `recollect://runs/run-${nobody}`],
      [`recollect://passages/${bob.passage}`, `recollect://passages/passage-${nobody}`],
    ]
    const refusal = async (uri: string): Promise<string> => {
      const client = await clientAt(kind, url)
      return client.listen([uri]).then(
        () => 'listened',
        (error: Error) => error.message,
      )
    }
    for (const [existing = '', missing = ''] of foreign) {
      const said = await refusal(existing)
      expect(said, existing).not.toBe('listened')
      expect((await refusal(missing)).replace(`${nobody}`, ''), existing).toBe(
        said.replace(/(?<=(run|passage)-)[-0-9a-f]{36}/, ''),
      )
    }
  })

  it("at the URL of an agent's name is notified of the agent that has the name at that time", async () => {
    const url = `${await serve()}/agents/Zoe`
    const first = (await server.answer('create_agent', { name: 'Zoe' })).agent.id
    const before = await clientAt(kind, url)
    const human = (id: string) => `recollect://agents/${id}/memory/human`
    const heardBefore = await before.listen([human(first)])
    await server.answer('update_agent', { agent: first, name: 'Yve' })
    const second = (await server.answer('create_agent', { name: 'Zoe' })).agent.id
    const after = await clientAt(kind, url)
    const heardAfter = await after.listen([human(second)])
    await server.answer('append_to_memory_block', { agent: first, label: 'human', text: 'Old.' })
    await server.answer('append_to_memory_block', { agent: second, label: 'human', text: 'New.' })
    await expect.poll(() => heardAfter.updated, PATIENT).toEqual([human(second)])
    await expect.poll(() => heardBefore.updated, PATIENT).toEqual([human(first)])
    await server.answer('delete_agent', { agent: second, confirm: true })
    await server.answer('delete_agent', { agent: first, confirm: true })
  })
})

describe('clients of one agent', () => {
  it('that disconnect do not stop notices to others', async () => {
    const url = `${await serve()}/agents/Ada`
    const human = `recollect://agents/${ada}/memory/human`
    for (let round = 0; round < 3; round += 1) {
      const [leaving, staying] = [await clientAt('v2-auto', url), await clientAt('v2-auto', url)]
      const left = await leaving.listen([human])
      const heard = await staying.listen([human])
      await left.stop()
      await server.answer('append_to_memory_block', { agent: 'Ada', label: 'human', text: '.' })
      await expect.poll(() => heard.updated, PATIENT).toEqual([human])
      expect(left.updated).toEqual([])
      await heard.stop()
    }
  })
})
