import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { serveOverStdio } from '../../src/mcp/transports/stdio.ts'
import { type StubServer, stubServer } from './stub-context.ts'

function start({ createServer }: StubServer = stubServer()) {
  const stdin = new PassThrough()
  const stdout = new PassThrough()
  let written = ''
  stdout.on('data', (chunk) => {
    written += chunk
  })
  const serving = serveOverStdio(createServer, () => undefined, stdin, stdout)
  const messages = () =>
    written
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  return { stdin, serving, messages }
}

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '0' },
  },
}
const call = {
  jsonrpc: '2.0',
  id: 2,
  method: 'tools/call',
  params: { name: 'list_agents', arguments: {} },
}

describe('stdio', () => {
  it('answers requests piped in before the pipe was closed', async () => {
    const list = async () => {
      await new Promise((resolve) => setTimeout(resolve, 100))
      return { items: [] }
    }
    const { stdin, serving, messages } = start(stubServer({ agents: { list } }))
    stdin.end(`${JSON.stringify(initialize)}\n${JSON.stringify(call)}\n`)
    await serving.closed
    expect(messages().map(({ id }) => id)).toEqual([1, 2])
    expect(messages()[1].result.structuredContent).toEqual({ agents: [] })
  })

  it('answers a last line without a line feed', async () => {
    const { stdin, serving, messages } = start(
      stubServer({ agents: { list: async () => ({ items: [] }) } }),
    )
    stdin.end(`${JSON.stringify(initialize)}\n${JSON.stringify(call)}`)
    await serving.closed
    expect(messages().map(({ id }) => id)).toEqual([1, 2])
  })

  it('does not wait long for the last answers', async () => {
    const { stdin, serving, messages } = start(
      stubServer({ agents: { list: () => new Promise(() => undefined) } }),
    )
    stdin.end(`${JSON.stringify(initialize)}\n${JSON.stringify(call)}\n`)
    const began = Date.now()
    await serving.closed
    expect(Date.now() - began).toBeLessThan(3_000)
    expect(messages()).toHaveLength(1)
  })

  it('ends with its input, and when it is closed', async () => {
    const first = start()
    first.stdin.end()
    await first.serving.closed
    const second = start()
    await second.serving.close()
    await second.serving.closed
  })
})
