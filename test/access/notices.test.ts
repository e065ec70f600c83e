import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLIENT_KINDS, type Connection } from '../support/connect.ts'
import { type Filled, fill } from './fill.ts'
import { startAccessWorld, type World } from './world.ts'

const PATIENT = { timeout: 20_000 }

let world: World
let other: Filled
let own: Filled
let otherClient: Connection
let ownToken: string
beforeAll(async () => {
  world = await startAccessWorld()
  otherClient = await world.connect(await world.token('beta'))
  ownToken = await world.token('alpha')
  own = await fill(await world.connect(ownToken), 'alphacanary')
  other = await fill(otherClient, 'betacanary')
}, 120_000)
afterAll(() => world.close())

const urisOf = ({ agent, passage, run, asking }: Filled) => [
  'recollect://agents',
  `recollect://agents/${agent}`,
  `recollect://agents/${agent}/memory`,
  `recollect://agents/${agent}/memory/human`,
  `recollect://agents/${agent}/messages`,
  `recollect://agents/${agent}/context`,
  `recollect://passages/${passage}`,
  `recollect://runs/${run}`,
  `recollect://runs/${asking}`,
]

/** Changes of every kind, to what was subscribed to. */
async function changeAll(client: Connection, { agent, second }: Filled): Promise<void> {
  await client.call('append_to_memory_block', { agent, label: 'human', text: 'More.' })
  await client.call('insert_archival', { agent, text: `Something new at ${Date.now()}.` })
  await client.call('update_agent', { agent, description: `Changed at ${Date.now()}.` })
  await client.call('send_message', { agent, message: 'Hello', wait_seconds: 30 })
  await client.call('create_agent', { name: 'Newcomer', human: 'Empty.' })
  await client.call('update_agent', { agent: second, description: 'Changed.' })
}

describe.each(CLIENT_KINDS)('a %s client', (kind) => {
  it.each(['', '/agents/Ada'])(
    'at /mcp%s is told of its own namespace and of no other',
    async (path) => {
      const client = await world.connect(ownToken, path, kind)
      // One that is given one agent is refused what is not of it.
      const uris =
        path === ''
          ? [...new Set([...urisOf(own), ...urisOf(other)])]
          : urisOf(own).filter((uri) => !uri.endsWith(own.asking))
      const listening = await client.listen(uris)
      await changeAll(otherClient, other)
      // Notices arrive in order: once this last one is here, none came for the others.
      const last = `recollect://agents/${own.agent}/memory/human`
      const me = await world.connect(ownToken)
      await me.call('append_to_memory_block', { agent: own.agent, label: 'human', text: 'Mine.' })
      await expect.poll(() => listening.updated, PATIENT).toContain(last)
      const mine = new Set(urisOf(own))
      expect(listening.updated.filter((uri) => !mine.has(uri))).toEqual([])
      expect(listening.updated).not.toContain('recollect://agents')
      expect(listening.listChanges()).toBe(0)

      await changeAll(me, own)
      await expect
        .poll(() => listening.updated, PATIENT)
        .toContain(`recollect://agents/${own.agent}/messages`)
      await listening.stop()
    },
    60_000,
  )

  it('that is given one agent can subscribe to nothing of another namespace', async () => {
    const client = await world.connect(ownToken, '/agents/Ada', kind)
    for (const uri of urisOf(other).slice(1)) {
      await expect(client.listen([uri]), uri).rejects.toThrow(/./)
    }
  })
})

it('progress of a run is told to nobody of another namespace', async () => {
  const told: unknown[] = []
  const client = await world.connect(ownToken)
  const asked = client.call(
    'get_run',
    { run_id: other.asking, wait_seconds: 1 },
    { onProgress: (one) => told.push(one) },
  )
  await otherClient.call('respond_to_approval', { run_id: other.asking, approve: true })
  expect((await asked).data.error.code).toBe('not_found')
  expect(told).toEqual([])
})
