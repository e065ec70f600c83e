import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { callModern } from '../support/modern-calls.ts'
import { openSampling, twelveSteps, use } from '../support/sampling-client.ts'
import { type Cluster, createCluster, type Server } from './harness.ts'
import { readRecords } from './records.ts'

vi.setConfig({ testTimeout: 60_000 })

const ON_THE_CLIENT = { environment: { RECOLLECT_MODEL: 'client/sampling' } }

let cluster: Cluster
let server: Server
beforeEach(async () => {
  cluster = await createCluster()
  server = await cluster.start(ON_THE_CLIENT)
})
afterEach(() => cluster.remove())

const message = { message: 'Note the facts.', idempotency_key: 'facts' }

async function facts(url: string, agent: string): Promise<readonly string[]> {
  const { data } = await callModern(url, 'read_memory', { agent, label: 'human' })
  return data.blocks[0].value.match(/Fact \d+\./g)
}

test.each(['v1', 'v2-auto'] as const)(
  'a server killed while the model of a %s client thinks: the next one goes on, and no edit is made twice',
  async (kind) => {
    const client = await openSampling({
      kind,
      target: { url: server.url },
      sampling: { tools: {} },
      async model(asked) {
        if (client.asked.length === 5) await cluster.kill(server)
        return twelveSteps(asked)
      },
    })
    const created = await client.call('create_agent')
    const agent = created.data.agent.id
    const leaving = new AbortController()
    void server.exited.then(() => leaving.abort())
    await expect(
      client.call('send_message', { agent, ...message }, leaving.signal),
    ).rejects.toThrow()
    await client.close().catch(() => undefined)
    expect((await readRecords(cluster.database)).leases).toMatchObject([{ owner: '' }])

    const next = await cluster.start(ON_THE_CLIENT)
    const again = await openSampling({
      kind,
      target: { url: next.url },
      sampling: { tools: {} },
      model: twelveSteps,
    })
    const done = await again.call('send_message', { agent, ...message })
    expect(done.data).toMatchObject({ status: 'completed', steps: 12 })
    expect(again.asked).toHaveLength(8)
    expect(await facts(next.url, agent)).toHaveLength(11)
    await again.close()
  },
)

test('an answer requested by a dead server is accepted by another, once', async () => {
  const { data } = await callModern(server.url, 'create_agent', { human: '' })
  const args = { agent: data.agent.id, ...message }
  const asked = await callModern(server.url, 'send_message', args)
  await cluster.kill(server)
  const next = await cluster.start(ON_THE_CLIENT)
  const bring = () =>
    callModern(next.url, 'send_message', args, {
      requestState: asked.requestState,
      inputResponses: {
        model: use('core_memory_append', {
          label: 'human',
          content: 'Fact 1.',
          request_heartbeat: true,
        }),
      },
    })
  expect((await bring()).asks).toBeDefined()
  expect((await bring()).data.warnings[0]).toContain('too late')
  expect(await facts(next.url, args.agent)).toEqual(['Fact 1.'])
})

test('a server killed right after it took the answer: another makes the edit, without asking again', async () => {
  const { data } = await callModern(server.url, 'create_agent', { human: '' })
  const args = { agent: data.agent.id, ...message }
  await cluster.kill(server)
  const dying = await cluster.start({ ...ON_THE_CLIENT, fail: 'claim:after:2' })
  const asked = await callModern(dying.url, 'send_message', args)
  await callModern(dying.url, 'send_message', args, {
    requestState: asked.requestState,
    inputResponses: {
      model: use('core_memory_append', {
        label: 'human',
        content: 'Fact 1.',
        request_heartbeat: true,
      }),
    },
  }).catch(() => undefined)
  await cluster.died(dying)
  const next = await cluster.start(ON_THE_CLIENT)
  await expect.poll(() => facts(next.url, args.agent), { timeout: 15_000 }).toEqual(['Fact 1.'])
})
