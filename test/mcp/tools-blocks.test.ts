import { applyPatch } from 'diff'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callOn, speak } from '../agent/support.ts'
import { type RealServer, startRealServer } from './real-server.ts'

let server: RealServer
let ada: string
beforeEach(async () => {
  server = await startRealServer(['core', 'memory'])
  const { agent } = await server.answer('create_agent', { name: 'Ada', human: 'Likes tea.' })
  ada = agent.id
})
afterEach(() => server.close())

const labels = (agent: { blocks: readonly { label: string }[] }) =>
  agent.blocks.map(({ label }) => label)

describe('a standalone block', () => {
  it('is made without an agent, listed, attached to several, detached, and attached again', async () => {
    const { block } = await server.answer('create_block', {
      label: 'plan',
      value: 'Looms',
      description: 'What to do',
      limit: 100,
      read_only: true,
    })
    expect(block).toMatchObject({
      label: 'plan',
      value: 'Looms',
      description: 'What to do',
      limit: 100,
      read_only: true,
      version: 1,
      shared_with: [],
    })
    const args = { agent: 'Ada', block_id: block.id }
    const attached = await server.answer('attach_block', args)
    expect(labels(attached.agent)).toEqual(['persona', 'human', 'plan'])
    await server.answer('create_agent', { name: 'Bea', block_ids: [block.id] })
    await server.answer('append_to_memory_block', { agent: 'Bea', label: 'plan', text: 'Rain' })
    const read = await server.answer('read_memory', { agent: 'Ada', label: 'plan' })
    expect(read.blocks[0].value).toBe('Looms\nRain')

    const detached = await server.answer('detach_block', args)
    expect(labels(detached.agent)).toEqual(['persona', 'human'])
    expect(await server.answer('get_agent', { agent: 'Ada' })).toEqual(detached)
    await server.answer('detach_block', { agent: 'Bea', block_id: block.id })
    const { blocks } = await server.answer('list_blocks', { query: block.id })
    expect(blocks).toMatchObject([
      { id: block.id, value: 'Looms\nRain', version: 2, shared_with: [], agent_count: 0 },
    ])
    const again = await server.answer('attach_block', { agent: ada, block_id: block.id })
    expect(labels(again.agent)).toEqual(['persona', 'human', 'plan'])
  })

  it('is not attached where it does not fit, nor detached where it is not attached', async () => {
    const human = await server.answer('create_block', { label: 'human', value: 'x' })
    const taken = await server.refusal('attach_block', { agent: 'Ada', block_id: human.block.id })
    expect(taken).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/two blocks with the label "human".*detach/),
    })
    const { agent: now } = await server.answer('get_agent', { agent: 'Ada' })
    const own = { agent: 'Ada', block_id: now.blocks[0].id }
    expect((await server.refusal('attach_block', own)).message).toMatch(/"persona" already/)
    const nothing = await server.refusal('attach_block', { agent: 'Ada', block_id: 'block-1' })
    expect(nothing.code).toBe('not_found')
    const missing = await server.refusal('detach_block', { agent: 'Ada', block_id: human.block.id })
    expect(missing).toMatchObject({
      code: 'not_found',
      message: expect.stringMatching(/does not have.*human \(block-/),
    })
    const value = 'word '.repeat(40_000)
    const big = await server.answer('create_block', { label: 'big', value, limit: 300_000 })
    const full = await server.refusal('attach_block', { agent: 'Ada', block_id: big.block.id })
    expect(full).toMatchObject({ code: 'limit_exceeded' })
    const { agent } = await server.answer('get_agent', { agent: 'Ada' })
    expect(labels(agent)).toEqual(['persona', 'human'])
    for (const wrong of [{ label: 'two words' }, { value: 'x'.repeat(5_001) }]) {
      const args = { label: 'plan', value: 'x', ...wrong }
      expect((await server.refusal('create_block', args)).code).toMatch(/invalid|limit/)
    }
  })
})

describe('the list of blocks', () => {
  it('shows the start of long values, how to read on, and which agents have them', async () => {
    const value = 'Zeile 😀\n'.repeat(3_000)
    const { block } = await server.answer('create_block', { label: 'long', value, limit: 50_000 })
    for (let index = 0; index < 12; index += 1) {
      await server.answer('create_agent', { block_ids: [block.id], context_window: 200_000 })
    }
    const [listed] = (await server.answer('list_blocks', { query: 'ZEILE' })).blocks
    expect(listed).toMatchObject({ id: block.id, chars: 24_000, agent_count: 12 })
    expect(listed.shared_with).toHaveLength(10)
    expect(listed.value.length).toBeLessThan(400)
    let read = listed.value
    for (let offset = listed.next_offset; offset !== undefined; ) {
      const { blocks } = await server.answer('list_blocks', { query: block.id, offset })
      read += blocks[0].value
      offset = blocks[0].next_offset
    }
    expect(read).toBe(value)
  })

  it('is paged, newest first', async () => {
    for (const label of ['a', 'b', 'c'])
      await server.answer('create_block', { label, value: label })
    const first = await server.answer('list_blocks', { limit: 2 })
    expect(first.blocks).toHaveLength(2)
    const second = await server.answer('list_blocks', { limit: 9, cursor: first.next_cursor })
    expect(second).not.toHaveProperty('next_cursor')
    const all = [...first.blocks, ...second.blocks].map(({ label }) => label)
    expect(all).toHaveLength(5)
    expect(all.slice(0, 3).sort()).toEqual(['a', 'b', 'c'])
  })
})

describe('the history of a block', () => {
  const target = { agent: 'Ada', label: 'human' }

  it('says who changed it, when, in which run and why', async () => {
    server.provider.enqueue(
      callOn('core_memory_replace', { label: 'human', old_content: 'tea', new_content: 'rain' }),
      speak('Noted.'),
    )
    const run = await server.answer('send_message', {
      agent: 'Ada',
      message: 'I like rain.',
      include_steps: true,
    })
    const call = run.messages.find(
      ({ type, tool_name }: { type: string; tool_name: string }) =>
        type === 'tool_call_message' && tool_name === 'core_memory_replace',
    )
    const text = { ...target, text: 'Lives in Ulm.', reason: 'He moved.' }
    await server.answer('append_to_memory_block', text)
    const old = { ...target, old_text: 'Ulm', new_text: 'Bonn', reason: 'And again.' }
    await server.answer('replace_in_memory_block', old)
    await server.answer('write_memory_block', { ...target, value: 'x', reason: 'Enough.' })
    await server.answer('write_memory_block', { ...target, value: 'x', reason: 'No change.' })
    const wordy = { ...target, value: 'y', reason: 'x'.repeat(501) }
    expect((await server.refusal('write_memory_block', wordy)).message).toMatch(
      /at most 500 are allowed/,
    )
    const first = await server.answer('memory_history', { ...target, limit: 3 })
    expect(first.versions).toMatchObject([
      { version: 5, by: 'client', reason: 'Enough.', chars: 1 },
      { version: 4, by: 'client', reason: 'And again.' },
      { version: 3, by: 'client', reason: 'He moved.' },
    ])
    const rest = await server.answer('memory_history', { ...target, cursor: first.next_cursor })
    expect(rest).toEqual({
      versions: [
        {
          version: 2,
          at: expect.stringMatching(/Z$/),
          by: ada,
          run_id: run.run_id,
          tool_call_id: call.tool_call_id,
          chars: 11,
        },
        { version: 1, at: expect.stringMatching(/Z$/), by: 'client', chars: 10 },
      ],
    })
  })

  it('shows differences, and goes back without losing anything', async () => {
    await server.answer('append_to_memory_block', { ...target, text: 'Lives in Ulm.' })
    await server.answer('write_memory_block', { ...target, value: 'Gone.' })
    const { diff } = await server.answer('diff_memory_block', { ...target, from_version: 1 })
    expect(diff).toContain('--- human\tversion 1\n+++ human\tversion 3\n')
    expect(applyPatch('Likes tea.', diff)).toBe('Gone.')
    const between = { ...target, from_version: 1, to_version: 2 }
    expect((await server.answer('diff_memory_block', between)).diff).toContain('+Lives in Ulm.')
    const restored = await server.answer('restore_memory_block', { ...target, version: 2 })
    expect(restored.block).toMatchObject({ value: 'Likes tea.\nLives in Ulm.', version: 4 })
    const { versions } = await server.answer('memory_history', target)
    expect(versions[0].reason).toBe('Restored from version 2')
    expect(versions).toHaveLength(4)
    const missing = await server.refusal('restore_memory_block', { ...target, version: 9 })
    expect(missing.code).toBe('not_found')
  })

  it('of a long text is read piece by piece', async () => {
    await server.answer('update_agent', { agent: 'Ada', context_window: 200_000 })
    const value = 'Zeile "ä" 😀\n'.repeat(3_000)
    const written = { ...target, value, limit: 100_000 }
    const { block } = await server.answer('write_memory_block', written)
    let whole = ''
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const args = { ...target, from_version: 1, offset }
      const piece: { diff: string; next_offset?: number } = await server.answer(
        'diff_memory_block',
        args,
      )
      whole += piece.diff
      offset = piece.next_offset
    }
    expect(applyPatch('Likes tea.', whole)).toBe(value)
    let past = ''
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const args = { ...target, at: block.updated_at, offset }
      const { blocks } = await server.answer('read_memory_as_of', args)
      past += blocks[0].value
      offset = blocks[0].next_offset
    }
    expect(past).toBe(value)
  })

  it('is read as of a moment, with the blocks that the agent had then', async () => {
    const plan = { label: 'plan', value: 'Looms' }
    const { block } = await server.answer('write_memory_block', { agent: 'Ada', ...plan })
    await server.answer('write_memory_block', { ...target, value: 'Likes rain.' })
    const then = await server.answer('read_memory', { agent: 'Ada' })
    const newest = then.blocks.map(({ updated_at }: { updated_at: string }) => updated_at).sort()
    const at = newest.at(-1)
    // The next change must not be of the same millisecond.
    await expect.poll(() => new Date().toISOString() > at).toBe(true)
    await server.answer('detach_block', { agent: 'Ada', block_id: block.id })
    await server.answer('write_memory_block', { ...target, value: 'Likes nothing.' })

    const past = await server.answer('read_memory_as_of', { agent: 'Ada', at })
    const known = then.blocks.map(({ shared_with: _, ...rest }: { shared_with: object }) => rest)
    expect(past).toEqual({ notice: then.notice, agent_id: ada, at, blocks: known })
    const today = at.slice(0, 10)
    const now = await server.answer('read_memory_as_of', {
      agent: 'Ada',
      at: today,
      label: 'human',
    })
    expect(now).toMatchObject({
      at: `${today}T23:59:59.999Z`,
      blocks: [{ value: 'Likes nothing.' }],
    })
    const refused = async (args: object) =>
      (await server.refusal('read_memory_as_of', { agent: 'Ada', ...args })).message
    expect(await refused({ at: '2020-01-01' })).toMatch(/did not exist/)
    expect(await refused({ at: today, label: 'plan' })).toMatch(/had no memory block "plan".*human/)
    expect(await refused({ at: 'then' })).toMatch(/not a date/)
  })
})

describe('the loser of a conflicting edit', () => {
  const target = { agent: 'Ada', label: 'human' }

  it('is told the current text', async () => {
    const value = 'Says ```js\n1\n``` often.'
    await server.answer('write_memory_block', { ...target, value })
    const quoted = `The block reads now:\n\`\`\`\`\n${value}\n\`\`\`\`\n`
    const gone = { ...target, old_text: 'tea', new_text: 'rain' }
    const refused = [
      await server.refusal('replace_in_memory_block', gone),
      await server.refusal('append_to_memory_block', { ...target, text: 'x', expected_version: 1 }),
      await server.refusal('write_memory_block', { ...target, value: 'x', expected_version: 1 }),
    ]
    for (const { message } of refused) expect(message).toContain(quoted)
    expect(refused.map(({ code }) => code)).toEqual(['invalid_argument', 'conflict', 'conflict'])
    expect(refused[2]?.message).toMatch(/at version 2, not 1; nothing was changed.*version 2\.$/s)
  })

  it('is told the beginning of a long one, and its length', async () => {
    await server.answer('write_memory_block', { ...target, value: '😀'.repeat(4_000) })
    const args = { ...target, value: 'x', expected_version: 1 }
    const { message } = await server.refusal('write_memory_block', args)
    expect(message).toContain(
      `the first 2000 of 4000 characters):\n\`\`\`\n${'😀'.repeat(2_000)}\n\`\`\``,
    )
    await server.answer('write_memory_block', { ...target, value: '' })
    const gone = { ...target, old_text: 'tea', new_text: 'rain' }
    const empty = await server.refusal('replace_in_memory_block', gone)
    expect(empty.message).toMatch(/The block is empty now\./)
  })
})
