import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.ts'
import { type HttpServing, serveOverHttp } from '../../src/mcp/transports/http.ts'
import { openToAll } from '../support/access.ts'
import { stubServer } from './stub-context.ts'

/* Requests as clients send them whose libraries write out everything they know, whether it is there or not. */

let serving: HttpServing
beforeAll(async () => {
  const get = async (agent: string) => {
    throw new UserError('not_found', `There is no agent ${JSON.stringify(agent)}.`)
  }
  const agents = { list: async () => ({ items: [] }), get }
  serving = await serveOverHttp(stubServer({ agents }).createServer, {
    host: '127.0.0.1',
    port: 0,
    version: '1.2.3',
    authenticate: openToAll,
    log: () => undefined,
  })
})
afterAll(() => serving.close())

const ERAS = {
  'of before': { headers: {}, meta: undefined },
  'of today': {
    headers: { 'MCP-Protocol-Version': '2026-07-28' },
    meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '0' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
}

describe.each(Object.entries(ERAS))('a client %s', (_, { headers, meta }) => {
  async function ask(method: string, params: Readonly<Record<string, unknown>>) {
    const response = await fetch(serving.url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        'Mcp-Method': method,
        ...(typeof params.name === 'string' && { 'Mcp-Name': params.name }),
        ...headers,
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method,
        params: { ...params, ...(meta && { _meta: meta }) },
      }),
    })
    const text = await response.text()
    const data = text.split('\n').find((line) => line.startsWith('data: {'))
    return JSON.parse(data?.slice('data: '.length) ?? text)
  }

  it.each([null, {}, [], '', '{}', '{"limit": "5"}', { arguments: { limit: 5 } }])(
    'may write %j for the arguments of a call',
    async (args) => {
      const { result, error } = await ask('tools/call', { name: 'list_agents', arguments: args })
      expect(error).toBeUndefined()
      expect(result).toMatchObject({ structuredContent: { agents: [] } })
    },
  )

  it.each(['5', [1]])('may not write %j for them', async (args) => {
    const answer = await ask('tools/call', { name: 'list_agents', arguments: args })
    expect(answer.error).toMatchObject({ code: -32_602 })
  })

  it('may write null for a cursor', async () => {
    const { result } = await ask('tools/list', { cursor: null })
    expect(result.tools.length).toBeGreaterThan(10)
  })

  it('may give a prompt a number, and null for an omitted argument', async () => {
    const args = { agent: 42, message: true, mood: null }
    const { error } = await ask('prompts/get', { name: 'talk_to_agent', arguments: args })
    expect(error.message).toBe('There is no agent "42".')
  })
})
