import { applyPatch } from 'diff'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Agent } from '../../src/core/agent.ts'
import type { Timestamp } from '../../src/core/clock.ts'
import type { BlockId } from '../../src/core/ids.ts'
import { createBlockHistory } from '../../src/memory/block-history.ts'
import { createBlockMemory } from '../../src/memory/blocks.ts'
import { diffValues } from '../../src/memory/diff-values.ts'
import type { Store } from '../../src/storage/port/store.ts'
import { at, insertAgent, insertBlock, openTestStorage } from '../support/stores.ts'

let store: Store
let close: () => Promise<void>
let agent: Agent
let blockId: BlockId
let now: Timestamp = at()

beforeEach(async () => {
  const opened = await openTestStorage()
  store = opened.storage.in('default')
  close = opened.close
  now = at(60)
  agent = await insertAgent(store)
  const block = await insertBlock(store, [agent], { value: 'one\n', limit: 50 })
  blockId = block.id
})
afterEach(() => close())

const clock = () => Date.parse(now)
const checkRoom = async () => undefined
const memory = () => createBlockMemory(store, clock, checkRoom)
const history = () => createBlockHistory(store, clock, checkRoom)

describe('restoring a version', () => {
  test('makes a new version that says from which one, and keeps all that is not the text', async () => {
    await memory().write('Ada', 'human', 'two', { description: 'd', limit: 40, readOnly: true })
    now = at(90)
    const { block } = await history().restore('Ada', 'human', 1)
    expect(block).toMatchObject({ value: 'one\n', description: 'd', limit: 40, readOnly: true })
    expect(block).toMatchObject({ version: 3, updatedAt: at(90) })
    const { items } = await history().history('Ada', 'human', { limit: 9 })
    expect(items.map(({ reason }) => reason)).toEqual(['Restored from version 1', null, null])
    expect(await store.blocks.valueAt(blockId, 2)).toBe('two')
  })

  test('makes none if the block reads so already', async () => {
    await memory().write('Ada', 'human', 'two', {})
    await memory().write('Ada', 'human', 'one\n', {})
    expect((await history().restore('Ada', 'human', 1)).block.version).toBe(3)
    expect((await history().restore('Ada', 'human', 3)).block.version).toBe(3)
  })

  test('that is longer than the block may be now is refused with the way out', async () => {
    await memory().write('Ada', 'human', 'x', { limit: 3 })
    await expect(history().restore('Ada', 'human', 1)).rejects.toMatchObject({
      code: 'limit_exceeded',
      message: expect.stringMatching(/has 4 characters.*at most 3.*limit of 4 or more/),
    })
    await memory().write('Ada', 'human', 'x', { limit: 4 })
    expect((await history().restore('Ada', 'human', 1)).block.value).toBe('one\n')
  })

  test.each([0, 2, 99])(
    '%i, which there is not, is not found, and those there are are named',
    async (version) => {
      const missing = { code: 'not_found', message: expect.stringContaining('versions 1 to 1') }
      await expect(history().restore('Ada', 'human', version)).rejects.toMatchObject(missing)
      await expect(history().diff('Ada', 'human', version)).rejects.toMatchObject(missing)
      await expect(history().diff('Ada', 'human', 1, version)).rejects.toMatchObject(missing)
    },
  )
})

describe('a difference', () => {
  test('is unified, to the present text unless another version is named', async () => {
    await memory().append('Ada', 'human', 'two')
    await memory().replace('Ada', 'human', 'one', 'eins')
    expect(await history().diff('Ada', 'human', 1)).toBe(
      [
        '--- human\tversion 1',
        '+++ human\tversion 3',
        '@@ -1,1 +1,3 @@',
        '-one',
        '+eins',
        '+',
        '+two',
        '\\ No newline at end of file',
        '',
      ].join('\n'),
    )
    expect(await history().diff('Ada', 'human', 2, 3)).toContain('-one\n+eins\n')
    expect(await history().diff('Ada', 'human', 3, 2)).toContain('-eins\n+one\n')
  })

  test('of equal texts has no hunk', async () => {
    await memory().write('Ada', 'human', 'one\n', { limit: 40 })
    expect(await history().diff('Ada', 'human', 1)).toBe(
      '--- human\tversion 1\n+++ human\tversion 2\n',
    )
  })

  test.each([
    ['all lines of many', (line: number) => `new ${line}`, '\n'],
    ['nearly all of them', (line: number) => (line === 900 ? `old ${line}` : `${line}`), ''],
    ['all of them away', () => undefined, ''],
  ])('that changes %s is found quickly, and applies', (_, change, end) => {
    const lines = Array.from({ length: 20_000 }, (_, line) => line)
    const from = { version: 1, value: lines.map((line) => `old ${line}`).join('\n') }
    const value = lines.flatMap((line) => change(line) ?? []).join('\n') + end
    const begin = performance.now()
    const patch = diffValues('human', from, { version: 2, value })
    // Without a bound, the time for it is beyond a minute.
    expect(performance.now() - begin).toBeLessThan(5_000)
    expect(applyPatch(from.value, patch)).toBe(value)
    const back = diffValues('human', { version: 2, value }, from)
    expect(applyPatch(value, back)).toBe(from.value)
  })
})

describe('memory as of', () => {
  beforeEach(async () => {
    now = '2026-04-02T23:59:59.999Z'
    await memory().write('Ada', 'human', 'two', {})
    now = '2026-04-03T00:00:00.000Z'
    await memory().write('Ada', 'human', 'three', {})
  })
  const valueAsOf = async (moment: string) =>
    (await history().asOf('Ada', moment)).blocks.map(({ value }) => value)

  test('a date includes that day', async () => {
    expect(await valueAsOf('2026-04-01')).toEqual(['one\n'])
    expect(await valueAsOf('2026-04-02')).toEqual(['two'])
    expect(await valueAsOf('2026-04-03')).toEqual(['three'])
    expect((await history().asOf('Ada', '2026-04-02')).at).toBe('2026-04-02T23:59:59.999Z')
  })

  test('a time with an offset is the moment that it names', async () => {
    expect(await valueAsOf('2026-04-03T02:00:00+02:00')).toEqual(['three'])
    expect(await valueAsOf('2026-04-03T01:59:59+02:00')).toEqual(['one\n'])
    expect(await valueAsOf('2099-01-01')).toEqual(['three'])
  })

  test('before the agent existed is answered with when it was created', async () => {
    await expect(history().asOf('Ada', '2026-03-30')).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringMatching(/Ada did not exist.*2026-03-31T12:00:00.000Z/),
    })
  })

  test('a block of a label that the agent did not have then is not found, and those it had are named', async () => {
    await insertBlock(store, [agent], { label: 'early' })
    await memory().write('Ada', 'late', 'x', {})
    await expect(history().asOf('Ada', '2026-04-01', 'late')).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringMatching(/no memory block "late".*human, early/),
    })
    const { blocks } = await history().asOf('Ada', '2026-04-03', 'late')
    expect(blocks).toMatchObject([{ label: 'late', value: 'x' }])
  })

  test.each(['yesterday', '2026-02-30', ''])('%j is no moment', async (moment) => {
    await expect(history().asOf('Ada', moment)).rejects.toMatchObject({ code: 'invalid_argument' })
  })
})
