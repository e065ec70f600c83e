import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { serveOverHttp } from '../../src/mcp/transports/http.ts'
import { openToAll } from '../support/access.ts'
import { CLIENT_KINDS, connect } from '../support/connect.ts'
import { stubServer } from './stub-context.ts'

/* A server that is stopped lets its clients have what they are just being given. */

/** Calls arrive at `called`, and are answered after as long as asked for. */
async function serve(milliseconds: number) {
  let called: () => void = () => undefined
  const whenCalled = new Promise<void>((resolve) => {
    called = resolve
  })
  const list = async () => {
    called()
    await sleep(milliseconds)
    return { items: [] }
  }
  const serving = await serveOverHttp(stubServer({ agents: { list } }).createServer, {
    host: '127.0.0.1',
    port: 0,
    version: '1.2.3',
    authenticate: openToAll,
    log: () => undefined,
  })
  return { ...serving, whenCalled }
}

describe('closing', () => {
  it.each(CLIENT_KINDS)('waits for a pending answer to a %s client', async (kind) => {
    const { url, close, whenCalled } = await serve(400)
    const client = await connect(kind, { kind: 'http', url })
    const call = client.call('list_agents')
    await whenCalled
    const closed = close()
    expect(await call).toMatchObject({ isError: false, data: { agents: [] } })
    await closed
    await expect(connect(kind, { kind: 'http', url })).rejects.toThrow()
    await client.close()
  })

  it('aborts requests that would outlast the shutdown time', async () => {
    const { url, close, whenCalled } = await serve(20_000)
    const client = await connect('v2-auto', { kind: 'http', url })
    const call = client.call('list_agents').then(String, () => 'cut off')
    await whenCalled
    const began = performance.now()
    await close()
    expect(performance.now() - began).toBeLessThan(3_000)
    // The client may handle the broken stream as it likes, but it must learn that it broke.
    await client.close()
    expect(await call).toBe('cut off')
  })
})
