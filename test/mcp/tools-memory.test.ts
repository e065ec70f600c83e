import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RealServer, startRealServer } from './real-server.ts'

let server: RealServer
beforeEach(async () => {
  server = await startRealServer()
})
afterEach(() => server.close())

describe('memory blocks', () => {
  beforeEach(() => server.answer('create_agent', { name: 'Ada', human: 'Likes tea.' }))

  it('are written, corrected and appended to, each change a version', async () => {
    const args = { agent: 'Ada', label: 'human' }
    const replaced = await server.answer('replace_in_memory_block', {
      ...args,
      old_text: 'tea',
      new_text: 'coffee',
      expected_version: 1,
    })
    expect(replaced.block).toMatchObject({ value: 'Likes coffee.', version: 2, chars: 13 })
    const appended = await server.answer('append_to_memory_block', {
      ...args,
      text: 'Lives in Ulm.',
    })
    expect(appended.block).toMatchObject({ value: 'Likes coffee.\nLives in Ulm.', version: 3 })
    const written = await server.answer('write_memory_block', {
      agent: 'Ada',
      label: 'mood',
      value: 'Good',
      description: 'How it goes',
      expected_version: 0,
    })
    expect(written.block).toMatchObject({ label: 'mood', version: 1, limit: 5_000 })
    const { agent_id, blocks } = await server.answer('read_memory', { agent: 'Ada' })
    expect(blocks).toHaveLength(3)
    const uri = `recollect://agents/${agent_id}/memory`
    expect((await server.client.read(`${uri}/mood`)).text).toBe('Good')
    expect((await server.client.read(uri)).text).toContain('Likes coffee.')
    await expect(server.client.read(`${uri}/nothing`)).rejects.toMatchObject({ code: -32602 })
  })

  it('refuse harmful edits, and stay unchanged', async () => {
    const args = { agent: 'Ada', label: 'human' }
    const codeOf = async (tool: string, more: object) =>
      (await server.refusal(tool, { ...args, ...more })).code
    const twice = { old_text: 'e', new_text: 'x' }
    expect(await codeOf('replace_in_memory_block', twice)).toBe('invalid_argument')
    const stale = { value: 'x', expected_version: 7 }
    expect(await codeOf('write_memory_block', stale)).toBe('conflict')
    expect(await codeOf('write_memory_block', { value: 'x'.repeat(5_001) })).toBe('limit_exceeded')
    const { blocks } = await server.answer('read_memory', args)
    expect(blocks[0]).toMatchObject({ value: 'Likes tea.', version: 1 })
  })

  it('too long for one answer are read piece by piece', async () => {
    await server.answer('update_agent', { agent: 'Ada', context_window: 200_000 })
    const whole = 'Zeile "ä" 😀\n'.repeat(5_000)
    const args = { agent: 'Ada', label: 'long' }
    const written = await server.answer('write_memory_block', {
      ...args,
      value: whole,
      limit: 100_000,
    })
    expect(written.block.chars).toBe(60_000)
    let read = ''
    let offset: number | undefined = 0
    while (offset !== undefined) {
      const { blocks } = await server.answer('read_memory', { ...args, offset })
      read += blocks[0].value
      offset = blocks[0].next_offset
    }
    expect(read).toBe(whole)
    const { agent_id, truncated, left_out, hint } = await server.answer('read_memory', {
      agent: 'Ada',
    })
    expect({ truncated, left_out, hint }).toEqual({})
    expect((await server.client.read(`recollect://agents/${agent_id}/memory/long`)).text).toBe(
      whole,
    )
  })
})

describe('the context window', () => {
  it('is accounted for, and shown on request', async () => {
    const { agent } = await server.answer('create_agent', {
      name: 'Ada',
      human: 'Likes tea. '.repeat(400),
    })
    const account = await server.answer('inspect_context', { agent: 'Ada' })
    expect(account).toMatchObject({ context_window: 32_000, total_tokens: expect.any(Number) })
    expect(account.parts.length).toBeGreaterThan(2)
    expect(account).not.toHaveProperty('request')
    await server.expectSame(`recollect://agents/${agent.id}/context`, 'inspect_context', {
      agent: 'Ada',
    })
    let read = ''
    let offset: number | undefined = 0
    while (offset !== undefined) {
      const piece = await server.answer('inspect_context', {
        agent: 'Ada',
        include_text: true,
        offset,
      })
      read += piece.request
      offset = piece.next_offset
    }
    expect(JSON.stringify(JSON.parse(read))).toBe(read)
    expect(read).toContain('Likes tea.')
  })
})
