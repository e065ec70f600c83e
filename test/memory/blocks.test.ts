import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Agent } from '../../src/core/agent.ts'
import type { Author } from '../../src/core/block.ts'
import { newId } from '../../src/core/ids.ts'
import { addBlock, createBlockMemory, editBlock } from '../../src/memory/blocks.ts'
import type { BlockEdit } from '../../src/memory/edit-block.ts'
import type { Store } from '../../src/storage/port/store.ts'
import { at, byClient, insertAgent, insertBlock, openTestStorage } from '../support/stores.ts'

let store: Store
let close: () => Promise<void>
let agent: Agent
let now = 0

beforeEach(async () => {
  const opened = await openTestStorage()
  store = opened.storage.in('default')
  close = opened.close
  now = Date.parse(at(60))
  agent = await insertAgent(store)
})
afterEach(() => close())

const memory = () =>
  createBlockMemory(
    store,
    () => now,
    async () => undefined,
  )

/** As the agent itself edits, in a step. */
function byAgent(label: string, edit: BlockEdit) {
  const author: Author = {
    kind: 'agent',
    agentId: agent.id,
    runId: newId('run'),
    callId: newId('call'),
  }
  return store.transaction((tx) => editBlock(tx, agent.id, label, edit, { author, at: at(90) }))
}

describe('writing a block', () => {
  test('a block that the agent does not have is made', async () => {
    const { block, sharedWith } = await memory().write('Ada', 'notes', 'x', {
      description: 'd',
      limit: 9,
      readOnly: true,
    })
    expect(block).toMatchObject({
      label: 'notes',
      value: 'x',
      description: 'd',
      limit: 9,
      readOnly: true,
      version: 1,
      createdAt: at(60),
    })
    expect(sharedWith).toEqual([])
    expect(await store.blocks.ofAgent(agent.id)).toEqual([block])
  })

  test('a block begins with a limit of 5,000 characters and may be written by the agent', async () => {
    const { block } = await memory().write(agent.id, 'notes', 'x', {})
    expect(block).toMatchObject({ limit: 5_000, readOnly: false, description: '' })
  })

  test('a write makes the next version and keeps what it does not name', async () => {
    await insertBlock(store, [agent], { value: 'a', description: 'd', limit: 50 })
    const { block } = await memory().write('Ada', 'human', 'b', {})
    expect(block).toMatchObject({ value: 'b', description: 'd', limit: 50, version: 2 })
    expect(block.updatedAt).toBe(at(60))
  })

  test('an identical write makes no version', async () => {
    const before = await insertBlock(store, [agent], { description: 'd', limit: 50 })
    const { block } = await memory().write('Ada', 'human', before.value, {
      description: 'd',
      limit: 50,
      readOnly: false,
    })
    expect(block).toEqual(before)
    await memory().append('Ada', 'human', '')
    await memory().replace('Ada', 'human', 'tea', 'tea')
    expect(await store.blocks.get(before.id)).toEqual(before)
  })

  test.each([{ description: 'new' }, { limit: 99 }, { readOnly: true }])(
    'a change of %o alone makes a version',
    async (options) => {
      const before = await insertBlock(store, [agent])
      const { block } = await memory().write('Ada', 'human', before.value, options)
      expect(block).toMatchObject({ ...options, value: before.value, version: 2 })
    },
  )

  test('a value over the limit is refused, and a limit below the value too', async () => {
    const before = await insertBlock(store, [agent], { value: 'four', limit: 4 })
    const refused = { code: 'limit_exceeded' }
    await expect(memory().write('Ada', 'human', 'fives', {})).rejects.toMatchObject(refused)
    await expect(memory().write('Ada', 'human', 'four', { limit: 3 })).rejects.toMatchObject(
      refused,
    )
    await expect(memory().write('Ada', 'new', 'four', { limit: 3 })).rejects.toMatchObject(refused)
    expect(await store.blocks.ofAgent(agent.id)).toEqual([before])
    const { block } = await memory().write('Ada', 'human', 'fives', { limit: 5 })
    expect(block).toMatchObject({ value: 'fives', limit: 5 })
  })

  test('a label with other characters than letters, digits, _ . - is refused', async () => {
    await expect(memory().write('Ada', 'two words', 'x', {})).rejects.toMatchObject({
      code: 'invalid_argument',
    })
  })

  test('text that no database can take is cleaned, of the description as of the value', async () => {
    const dirty = 'a\u0000b\ud83d'
    const { block } = await memory().write('Ada', 'notes', dirty, { description: dirty })
    expect(block).toMatchObject({ value: 'a\ufffdb\ufffd', description: 'a\ufffdb\ufffd' })
    await insertBlock(store, [agent], { label: 'other' })
    const other = await memory().write('Ada', 'other', dirty, { description: dirty })
    expect(other.block).toMatchObject({ value: 'a\ufffdb\ufffd', description: 'a\ufffdb\ufffd' })
  })
})

describe('the expected version', () => {
  test('the version that is there lets every edit through', async () => {
    await insertBlock(store, [agent], { value: 'a' })
    await memory().write('Ada', 'human', 'b', { expectedVersion: 1 })
    await memory().append('Ada', 'human', 'c', { expectedVersion: 2 })
    const { block } = await memory().replace('Ada', 'human', 'c', 'd', { expectedVersion: 3 })
    expect(block).toMatchObject({ value: 'b\nd', version: 4 })
  })

  test('another version is a conflict that names the one there is, and changes nothing', async () => {
    const before = await insertBlock(store, [agent])
    const stale = { code: 'conflict', message: expect.stringMatching(/at version 1, not 7/) }
    const { write, append, replace } = memory()
    await expect(write('Ada', 'human', 'b', { expectedVersion: 7 })).rejects.toMatchObject(stale)
    await expect(append('Ada', 'human', 'b', { expectedVersion: 7 })).rejects.toMatchObject(stale)
    await expect(replace('Ada', 'human', 'tea', 'b', { expectedVersion: 7 })).rejects.toMatchObject(
      stale,
    )
    expect(await store.blocks.get(before.id)).toEqual(before)
  })

  test('a stale version is a conflict even where the write would change nothing', async () => {
    const { value } = await insertBlock(store, [agent])
    const write = memory().write('Ada', 'human', value, { expectedVersion: 2 })
    await expect(write).rejects.toMatchObject({ code: 'conflict' })
  })

  test('0 means that the block must not exist', async () => {
    const { block } = await memory().write('Ada', 'notes', 'x', { expectedVersion: 0 })
    expect(block.version).toBe(1)
    const again = memory().write('Ada', 'notes', 'y', { expectedVersion: 0 })
    await expect(again).rejects.toMatchObject({ code: 'conflict' })
  })

  test('a version of a block that does not exist is a conflict and makes none', async () => {
    const write = memory().write('Ada', 'notes', 'x', { expectedVersion: 1 })
    await expect(write).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('does not exist'),
    })
    expect(await store.blocks.ofAgent(agent.id)).toEqual([])
  })

  test('of many that write on the same version one gets through', async () => {
    await insertBlock(store, [agent])
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) =>
        memory().write('Ada', 'human', `${index}`, { expectedVersion: 1 }),
      ),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect((await store.blocks.find(agent.id, 'human'))?.version).toBe(2)
  })
})

describe('editing a block', () => {
  test('edits at once all take effect', async () => {
    await insertBlock(store, [agent], { value: '' })
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => memory().append('Ada', 'human', `${index}`)),
    )
    const { blocks } = await memory().read('Ada', 'human')
    const lines = blocks[0]?.block.value.split('\n').map(Number)
    expect(lines?.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index))
    expect(blocks[0]?.block.version).toBe(21)
  })

  test('a block that the agent does not have is not found, and those it has are named', async () => {
    await insertBlock(store, [agent], { label: 'human' })
    await insertBlock(store, [agent], { label: 'persona' })
    await expect(memory().append('Ada', 'Human', 'x')).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('human, persona'),
    })
    await expect(memory().read('Ada', 'nothing')).rejects.toMatchObject({ code: 'not_found' })
  })

  test('an agent is found by its id or by a name that is its own', async () => {
    await insertBlock(store, [agent])
    expect((await memory().read(agent.id)).agentId).toBe(agent.id)
    expect((await memory().read('Ada')).agentId).toBe(agent.id)
    await expect(memory().read('ada')).rejects.toMatchObject({ code: 'not_found' })
    await expect(memory().read(newId('agent'))).rejects.toMatchObject({ code: 'not_found' })
    const other = await insertAgent(store, { name: 'Ada' })
    await expect(memory().read('Ada')).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining(`${agent.id}, ${other.id}`),
    })
  })

  test('a shared block names the others that have it', async () => {
    const other = await insertAgent(store, { name: 'Bea' })
    await insertBlock(store, [agent, other])
    const { blocks } = await memory().read('Ada')
    expect(blocks.map(({ sharedWith }) => sharedWith)).toEqual([[other.id]])
    expect((await memory().append('Bea', 'human', 'x')).sharedWith).toEqual([agent.id])
  })

  test('a second block of a label is a conflict, and nothing of it is kept', async () => {
    const first = await insertBlock(store, [agent])
    const second = store.transaction((tx) =>
      addBlock(tx, agent.id, { label: 'human', value: 'x' }, byClient),
    )
    await expect(second).rejects.toMatchObject({ code: 'conflict' })
    expect(await store.blocks.ofAgent(agent.id)).toEqual([first])
  })
})

describe('a read-only block', () => {
  test('the agent can not edit it, whatever the edit', async () => {
    const block = await insertBlock(store, [agent], { value: 'tea', readOnly: true })
    const edits: readonly BlockEdit[] = [
      { kind: 'write', value: 'x' },
      { kind: 'append', text: 'x' },
      { kind: 'replace_one', oldText: 'tea', newText: 'x' },
      { kind: 'replace_all', oldText: 'tea', newText: 'x' },
      { kind: 'insert', text: 'x', line: 0 },
    ]
    for (const edit of edits) {
      await expect(byAgent('human', edit)).rejects.toMatchObject({ code: 'read_only' })
    }
    expect(await store.blocks.get(block.id)).toEqual(block)
  })

  test('a client can edit it and set it free', async () => {
    await insertBlock(store, [agent], { value: 'tea', readOnly: true })
    expect((await memory().append('Ada', 'human', 'x')).block.value).toBe('tea\nx')
    await memory().write('Ada', 'human', 'tea', { readOnly: false })
    const block = await byAgent('human', { kind: 'append', text: 'y' })
    expect(block).toMatchObject({ value: 'tea\ny', readOnly: false, version: 4 })
  })
})
