import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.ts'
import { createServerFactory } from '../../src/mcp/serve/server.ts'
import { connectInProcess } from '../support/connect.ts'
import { stubServer } from './stub-context.ts'

const ERAS = ['v2-legacy', 'v2-auto'] as const

describe.each(ERAS)('a server for a %s client', (era) => {
  it('answers an unknown tool with -32602', async () => {
    const client = await connectInProcess(stubServer().createServer, era)
    await expect(client.call('list_agent')).rejects.toMatchObject({ code: -32602 })
  })

  it('answers wrong arguments with a result that says so', async () => {
    const client = await connectInProcess(stubServer().createServer, era)
    const result = await client.call('get_agent', { agentid: 'a' })
    expect(result.isError).toBe(true)
    expect(result.text).toMatch(/^Unknown argument "agentid". Did you mean "agent"\?/)
    expect(result.data).toEqual({ error: { code: 'invalid_argument', message: result.text } })
  })

  it('hides an internal error from the client, and logs it', async () => {
    const { createServer, logged } = stubServer({
      agents: { get: () => Promise.reject(new Error('secret /home/me/file')) },
    })
    const client = await connectInProcess(createServer, era)
    const result = await client.call('get_agent', { agent: 'a' })
    expect(result.isError).toBe(true)
    expect(result.data).toMatchObject({ error: { code: 'internal' } })
    expect(JSON.stringify(result)).not.toContain('secret')
    expect(logged.join()).toContain('secret /home/me/file')
    const uri = 'recollect://agents/agent-1'
    await expect(client.read(uri)).rejects.toThrow(/fault of its own/)
  })

  it('stays up without a store, and says why at every call', async () => {
    const sentence = 'The data directory can not be written. Set RECOLLECT_HOME.'
    const client = await connectInProcess(
      createServerFactory({
        toolsets: ['core'],
        version: '1.2.3',
        context: () => Promise.reject(new UserError('unsupported', sentence)),
        log: () => undefined,
      }),
      era,
    )
    expect(await client.tools()).toHaveLength(18)
    const result = await client.call('list_agents')
    expect(result).toMatchObject({ isError: true, text: sentence })
    await expect(client.resources()).rejects.toThrow(sentence)
    await expect(client.read('recollect://agents')).rejects.toThrow(sentence)
    await expect(client.prompt('load_memory', { agent: 'a' })).rejects.toThrow(sentence)
    expect(await client.templates()).toHaveLength(10)
    expect(await client.prompts()).toHaveLength(3)
  })

  it('answers an unknown resource with -32602', async () => {
    const missing = new UserError('not_found', 'There is no such agent.')
    const { createServer } = stubServer({ agents: { get: () => Promise.reject(missing) } })
    const client = await connectInProcess(createServer, era)
    const id = 'agent-00000000-0000-4000-8000-000000000000'
    for (const uri of [`recollect://agents/${id}`, 'recollect://nothing', 'file:///etc/passwd']) {
      await expect(client.read(uri)).rejects.toMatchObject({ code: -32602 })
    }
  })

  it('refuses prompts and completions that it does not have', async () => {
    const client = await connectInProcess(stubServer().createServer, era)
    const name = 'agent'
    await expect(client.prompt('nothing', {})).rejects.toMatchObject({ code: -32602 })
    await expect(client.prompt('load_memory', {})).rejects.toThrow(/needs the argument "agent"/)
    await expect(client.complete({ prompt: 'nothing' }, { name, value: '' })).rejects.toMatchObject(
      { code: -32602 },
    )
    await expect(
      client.complete({ template: 'recollect://x/{y}' }, { name, value: '' }),
    ).rejects.toMatchObject({ code: -32602 })
  })

  it('deletes no agent without confirm', async () => {
    const client = await connectInProcess(stubServer().createServer, era)
    const result = await client.call('delete_agent', { agent: 'a' })
    expect(result.data).toMatchObject({ error: { code: 'invalid_argument' } })
    expect(result.text).toContain('confirm: true')
  })
})

it('a page that is too long is read again with fewer items, so that its cursor continues correctly', async () => {
  const all = Array.from({ length: 30 }, (_, index) => ({
    item: {
      id: `passage-${index}` as const,
      archiveId: 'archive-1' as const,
      text: `${index} ${'z'.repeat(1_500)}`,
      tags: [],
      source: '',
      createdAt: '2026-01-01T00:00:00.000Z',
      supersededBy: null,
      expiresAt: null,
      foundCount: 0,
      lastFoundAt: null,
    },
  }))
  const { createServer } = stubServer({
    archival: {
      async search(_, { limit, cursor = '0' }) {
        const start = Number(cursor)
        const items = all.slice(start, start + limit)
        const end = start + items.length
        return { items, ...(end < all.length && { nextCursor: String(end) }) }
      },
    },
  })
  const client = await connectInProcess(createServer)
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await client.call('search_archival', {
      agent: 'a',
      limit: 20,
      ...(cursor !== undefined && { cursor }),
    })
    expect(page.text.length).toBeLessThan(20_000)
    expect(JSON.parse(page.text)).toEqual(page.data)
    const { passages, truncated, left_out, next_cursor } = page.data
    if (truncated === true) expect(passages.length + left_out).toBeLessThanOrEqual(20)
    seen.push(...passages.map((passage: { id: string }) => passage.id))
    cursor = next_cursor
  } while (cursor !== undefined)
  expect(seen).toEqual(all.map(({ item }) => item.id))
})
