import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  expectPureStdout,
  newHome,
  type RawServer,
  removeHomes,
  startRaw,
  withoutKey,
} from './support.ts'

/* Clients that try the protocol of 2026-07-28 first and fall back to the one before, on one pipe. */

const MODERN = {
  _meta: {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': { name: 'recollect-e2e', version: '0' },
  },
}
const UNSUPPORTED_VERSION = -32_022

describe('on one pipe', () => {
  let server: RawServer
  beforeEach(() => {
    server = startRaw(withoutKey(newHome()))
  })
  afterEach(async () => {
    server.process.stdin.end()
    expect(await server.ended()).toEqual({ code: 0, signal: null })
    expectPureStdout(server.written())
  })
  afterAll(removeHomes)

  it('a client that sends server/discover, then initialize gets the legacy protocol', async () => {
    const { result } = await server.ask('server/discover', MODERN)
    expect(result.supportedVersions).toContain('2026-07-28')
    expect(result.capabilities).toHaveProperty('tools')
    const opened = await server.initialize()
    expect(opened.result).toMatchObject({
      protocolVersion: '2025-06-18',
      serverInfo: { name: 'recollect' },
    })
    const { tools } = (await server.ask('tools/list')).result
    expect(tools.length).toBeGreaterThan(10)
    const call = { name: 'list_agents', arguments: {} }
    const listed = await server.ask('tools/call', call)
    expect(listed.result.structuredContent).toEqual({ agents: [] })
    expect(listed.result).not.toHaveProperty('resultType')
  })

  it('a client that sends server/discover, then requests without initialize gets the modern protocol', async () => {
    await server.ask('server/discover', MODERN)
    const call = { name: 'list_agents', arguments: {}, ...MODERN }
    const listed = await server.ask('tools/call', call)
    expect(listed.result).toMatchObject({
      resultType: 'complete',
      structuredContent: { agents: [] },
    })
    expect((await server.initialize()).error?.code).toBe(UNSUPPORTED_VERSION)
    expect((await server.ask('tools/call', call)).result.resultType).toBe('complete')
  })

  it.each(['2024-10-07', '2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])(
    'initialize of %s is answered with that version',
    async (protocolVersion) => {
      const params = {
        protocolVersion,
        capabilities: {},
        clientInfo: { name: 'recollect-e2e', version: '0' },
      }
      expect((await server.ask('initialize', params)).result).toMatchObject({ protocolVersion })
    },
  )
})
