import { afterAll, expect, it } from 'vitest'
import { PATIENT } from '../agent/patient.ts'
import { CLIENT_KINDS, connect, startServe } from '../support/connect.ts'
import { newHome, removeHomes, withoutKey } from './support.ts'

/* Notifications of changes by other clients. */

afterAll(removeHomes)

it.each(CLIENT_KINDS)('a %s client hears of edits made through another process', async (kind) => {
  const environment = withoutKey(newHome())
  const listener = await connect(kind, { kind: 'stdio', environment })
  const editor = await connect('v2-auto', { kind: 'stdio', environment })
  const { agent } = (await editor.call('create_agent', { name: 'Ada' })).data
  const human = `recollect://agents/${agent.id}/memory/human`
  const heard = await listener.listen([human])
  for (let number = 1; number <= 10; number += 1) {
    const value = `${number}`
    await editor.call('write_memory_block', { agent: agent.id, label: 'human', value })
    await expect.poll(() => new Set(heard.updated), PATIENT).toEqual(new Set([human]))
    expect((await listener.read(human)).text).toBe(value)
    heard.clear()
  }
  // A client that read the state in between must be notified that it changed back.
  for (const value of ['11', '10']) {
    await editor.call('write_memory_block', { agent: agent.id, label: 'human', value })
  }
  await expect.poll(() => new Set(heard.updated), PATIENT).toEqual(new Set([human]))
  await editor.call('create_agent', { name: 'Ben' })
  await expect.poll(() => heard.listChanges(), PATIENT).toBeGreaterThan(0)
  await editor.close()
  await listener.close()
})

it('all clients of a server hear of what one of them does', async () => {
  const serving = await startServe(withoutKey(newHome()))
  const clients = await Promise.all(
    [...CLIENT_KINDS, ...CLIENT_KINDS].map((kind) =>
      connect(kind, { kind: 'http', url: serving.url }),
    ),
  )
  const [editor] = clients
  const { agent } = (await editor?.call('create_agent', { name: 'Ada' }))?.data ?? {}
  const human = `recollect://agents/${agent.id}/memory/human`
  const heard = await Promise.all(clients.map((client) => client.listen([human])))
  await editor?.call('write_memory_block', { agent: agent.id, label: 'human', value: 'x' })
  for (const { updated } of heard) await expect.poll(() => updated, PATIENT).toEqual([human])
  await Promise.all(clients.map((client) => client.close()))
  expect(await serving.stop()).toBe(0)
})

it('a client that watches one of the agents sharing a block hears of its edits', async () => {
  const client = await connect('v2-auto', {
    kind: 'stdio',
    environment: withoutKey(newHome()),
  })
  const create = async (args: object) => (await client.call('create_agent', args)).data.agent
  const first = await create({ name: 'Ada', blocks: [{ label: 'plan', value: 'Rest.' }] })
  const plan = first.blocks.find(({ label }: { label: string }) => label === 'plan')
  const second = await create({ name: 'Ben', block_ids: [plan.id] })
  const uri = `recollect://agents/${second.id}/memory/plan`
  const heard = await client.listen([uri])
  await client.call('write_memory_block', { agent: first.id, label: 'plan', value: 'Work.' })
  await expect.poll(() => heard.updated, PATIENT).toEqual([uri])
  expect((await client.read(uri)).text).toBe('Work.')
  await client.close()
})

it('a client that watches a tool hears of its new version', async () => {
  const client = await connect('v2-auto', {
    kind: 'stdio',
    environment: { ...withoutKey(newHome()), RECOLLECT_TOOLSETS: 'tools' },
  })
  const source = '/** Says it again. */ export function echo(text: string) { return text }'
  const { tool } = (await client.call('create_tool', { source })).data
  const uri = `recollect://tools/${tool.id}`
  const heard = await client.listen([uri])
  await client.call('update_tool', { tool: tool.id, tags: ['new'] })
  await expect.poll(() => heard.updated, PATIENT).toEqual([uri])
  expect(JSON.parse((await client.read(uri)).text).tool.version).toBe(2)
  await client.close()
})

it('a client that watches the list of tools hears of a new one, and of one that is gone', async () => {
  const client = await connect('v2-auto', {
    kind: 'stdio',
    environment: { ...withoutKey(newHome()), RECOLLECT_TOOLSETS: 'tools' },
  })
  const heard = await client.listen(['recollect://tools'])
  const source = '/** Says it again. */ export function echo(text: string) { return text }'
  await client.call('create_tool', { source })
  await expect.poll(() => heard.updated.length, PATIENT).toBe(1)
  const [tool] = JSON.parse((await client.read('recollect://tools')).text).tools
  expect(tool.name).toBe('echo')
  await client.call('delete_tool', { tool: 'echo', confirm: true })
  await expect.poll(() => heard.updated.length, PATIENT).toBe(2)
  await client.close()
})

it('a client that only waits hears of what another process does', async () => {
  const environment = withoutKey(newHome())
  const editor = await connect('v2-auto', { kind: 'stdio', environment })
  await editor.call('list_agents')
  const listener = await connect('v2-legacy', { kind: 'stdio', environment })
  const heard = await listener.listen([])
  await expect
    .poll(async () => {
      await editor.call('create_agent')
      return heard.listChanges()
    }, PATIENT)
    .toBeGreaterThan(0)
  await editor.close()
  await listener.close()
})

it.each(CLIENT_KINDS)(
  'a %s client of a server that only reads hears of what another writes',
  async (kind) => {
    const environment = withoutKey(newHome())
    const editor = await connect('v2-auto', { kind: 'stdio', environment })
    const { agent } = (await editor.call('create_agent', { name: 'Ada' })).data
    const reading = { ...environment, RECOLLECT_READ_ONLY: '1' }
    const listener = await connect(kind, { kind: 'stdio', environment: reading })
    const human = `recollect://agents/${agent.id}/memory/human`
    const heard = await listener.listen([human])
    await editor.call('write_memory_block', { agent: agent.id, label: 'human', value: 'Fresh.' })
    await expect.poll(() => heard.updated, PATIENT).toEqual([human])
    expect((await listener.read(human)).text).toBe('Fresh.')
    await editor.close()
    await listener.close()
  },
)
