import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { NewAgent } from '../../src/core/agent-view.ts'
import { type Call, callInner, createWithAllTools } from './inner-tools.ts'
import { startWorld, type World } from './support.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

const create = (fields?: NewAgent) => createWithAllTools(world, fields)
const call = (agent: string, ...calls: readonly Call[]) => callInner(world, agent, ...calls)

describe('core_memory_append', () => {
  it('adds a line, and none before the first', async () => {
    const agent = await create({ human: '' })
    const args = (content: string) => ({ label: 'human', content })
    expect(
      await call(
        agent,
        ['core_memory_append', args('One')],
        ['core_memory_append', args('Two 🙂')],
      ),
    ).toEqual([
      'Done. The block "human" now has 3 of 5000 characters.',
      'Done. The block "human" now has 9 of 5000 characters.',
    ])
    expect(await world.block(agent, 'human')).toBe('One\nTwo 🙂')
  })
})

describe('core_memory_replace', () => {
  it('replaces every occurrence, and treats patterns as literal text', async () => {
    const agent = await create({ human: 'a.b a.b\taxb' })
    await call(agent, [
      'core_memory_replace',
      { label: 'human', old_content: 'a.b', new_content: '$&$1' },
    ])
    expect(await world.block(agent, 'human')).toBe('$&$1 $&$1\taxb')
  })

  it('deletes with an empty new text', async () => {
    const agent = await create({ human: 'Likes tea. Likes rain.' })
    await call(agent, [
      'core_memory_replace',
      { label: 'human', old_content: ' Likes rain.', new_content: '' },
    ])
    expect(await world.block(agent, 'human')).toBe('Likes tea.')
  })

  it('refuses an empty old text, and one that does not occur', async () => {
    const agent = await create({ human: 'Likes tea.' })
    const answers = await call(
      agent,
      ['core_memory_replace', { label: 'human', old_content: '', new_content: 'x' }],
      ['core_memory_replace', { label: 'human', old_content: 'likes tea', new_content: 'x' }],
    )
    expect(answers[0]).toMatch(/^Error: The old text is empty\./)
    expect(answers[1]).toMatch(/^Error: The old text does not occur in the block "human"/)
    expect(await world.block(agent, 'human')).toBe('Likes tea.')
  })
})

describe('memory_insert', () => {
  it.each([
    [undefined, '1\n2\nnew'],
    [-1, '1\n2\nnew'],
    [0, 'new\n1\n2'],
    [1, '1\nnew\n2'],
    [2, '1\n2\nnew'],
  ])('after line %s gives %j', async (line, value) => {
    const agent = await create({ human: '1\n2' })
    const where = line === undefined ? {} : { insert_line: line }
    await call(agent, ['memory_insert', { label: 'human', new_string: 'new', ...where }])
    expect(await world.block(agent, 'human')).toBe(value)
  })

  it('refuses a line number that the block does not have', async () => {
    const agent = await create({ human: '1\n2' })
    const [high, low] = await call(
      agent,
      ['memory_insert', { label: 'human', new_string: 'x', insert_line: 3 }],
      ['memory_insert', { label: 'human', new_string: 'x', insert_line: -2 }],
    )
    expect(high).toMatch(/^Error: .*has 2 lines.*from 0 \(the top\) to 2/)
    expect(low).toMatch(/^Error: /)
    expect(await world.block(agent, 'human')).toBe('1\n2')
  })

  it('into an empty block leaves no empty line', async () => {
    const agent = await create({ human: '' })
    await call(agent, ['memory_insert', { label: 'human', new_string: 'x', insert_line: 0 }])
    expect(await world.block(agent, 'human')).toBe('x')
  })
})

describe('memory_replace', () => {
  it('replaces the one occurrence, and leaves tabs alone', async () => {
    const agent = await create({ human: 'a\tb\tc' })
    await call(agent, ['memory_replace', { label: 'human', old_string: 'b', new_string: '$$' }])
    expect(await world.block(agent, 'human')).toBe('a\t$$\tc')
  })

  it('refuses two occurrences', async () => {
    const agent = await create({ human: 'tea and tea' })
    const [answer] = await call(agent, [
      'memory_replace',
      { label: 'human', old_string: 'tea', new_string: 'rain' },
    ])
    expect(answer).toMatch(/^Error: The text occurs 2 times in the block "human"/)
    expect(await world.block(agent, 'human')).toBe('tea and tea')
  })
})

describe('memory_rethink', () => {
  it('rewrites the block, and makes no version when nothing changes', async () => {
    const agent = await create({ human: 'old' })
    const rethink: Call = ['memory_rethink', { label: 'human', new_memory: 'new' }]
    await call(agent, rethink, rethink)
    const { blocks } = await world.context.memory.read(agent, 'human')
    expect(blocks[0]?.block).toMatchObject({ value: 'new', version: 2 })
  })
})

const EDITS: readonly Call[] = [
  ['core_memory_append', { content: 'new new' }],
  ['core_memory_replace', { old_content: 'old', new_content: 'new new' }],
  ['memory_insert', { new_string: 'new new' }],
  ['memory_replace', { old_string: 'old', new_string: 'new new' }],
  ['memory_rethink', { new_memory: 'new new' }],
]

describe.each(EDITS)('%s', (tool, args) => {
  it('leaves a read-only block alone', async () => {
    const agent = await create({ blocks: [{ label: 'law', value: 'old', readOnly: true }] })
    const [answer] = await call(agent, [tool, { label: 'law', ...args }])
    expect(answer).toMatch(/^Error: The block "law" is read-only/)
    expect(await world.block(agent, 'law')).toBe('old')
  })

  it('changes nothing over the limit, and states limit, size and remedy', async () => {
    const agent = await create({ blocks: [{ label: 'note', value: 'old', limit: 6 }] })
    const [answer] = await call(agent, [tool, { label: 'note', ...args }])
    expect(answer).toMatch(
      /^Error: The block "note" holds at most 6 characters, and this would make it (7|11); nothing was changed\..*Shorten.*archival memory/,
    )
    expect(await world.block(agent, 'note')).toBe('old')
  })

  it('names the blocks there are when it gets an unknown label', async () => {
    const agent = await create()
    const [answer] = await call(agent, [tool, { label: 'Human', ...args }])
    expect(answer).toBe('Error: The agent has no memory block "Human". It has: persona, human.')
  })
})
