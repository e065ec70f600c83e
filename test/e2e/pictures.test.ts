import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLIENT_KINDS, connect, startServe } from '../support/connect.ts'
import { dataUrl, png } from '../support/pictures.ts'
import {
  callTool,
  type ScriptedProvider,
  startScriptedProvider,
} from '../support/scripted-provider.ts'
import { newHome, removeHomes, runCommand, startRaw, withModel } from './support.ts'

/* Requests that are as large as pictures make them, to the built program. */

const LARGE = dataUrl(png(2_000, 2_000, 9_000_000))
/** Only send_message may be so large: more than 4 MiB, and no more than 64. */
const FILLER = 'x'.repeat(5_000_000)

let provider: ScriptedProvider
beforeAll(async () => {
  provider = await startScriptedProvider()
  provider.respondWith(() => callTool('send_message', { message: 'I see.' }))
})
afterAll(async () => {
  await provider.close()
  removeHomes()
})

describe.each(['stdio', 'HTTP'] as const)('a large request over %s', (door) => {
  it.each(CLIENT_KINDS)(
    'is a picture of 9 MB from a %s client, which is backed up',
    async (kind) => {
      const environment = withModel(newHome(), provider)
      const serving = door === 'HTTP' ? await startServe(environment) : undefined
      const target = serving
        ? ({ kind: 'http', url: serving.url } as const)
        : ({ kind: 'stdio', environment } as const)
      const client = await connect(kind, target)
      const { agent } = (await client.call('create_agent')).data
      const sent = { agent: agent.id, message: 'Look.', images: [LARGE] }
      expect((await client.call('send_message', sent)).data).toMatchObject({ reply: 'I see.' })
      expect(JSON.stringify(provider.requests.at(-1)?.body)).toContain(LARGE)
      // Over stdio the refusal names no request, since the line was not read to its end.
      if (serving) {
        const tooLarge = client.call('create_agent', { description: FILLER })
        await expect(tooLarge).rejects.toThrow(/4 MiB/)
      }
      expect((await client.call('get_agent', { agent: agent.id })).isError).toBe(false)
      await client.close()
      expect(await serving?.stop()).toBe(serving ? 0 : undefined)

      const exported = await runCommand(['export', agent.id], environment)
      expect(JSON.parse(exported.stdout).pictures).toHaveLength(1)
    },
  )
})

it('a line of stdin beyond 64 MiB is refused, and the next is answered', async () => {
  const server = startRaw(withModel(newHome(), provider))
  await server.initialize()
  const params = { name: 'send_message', arguments: { images: ['x'.repeat(68_000_000)] } }
  server.write(JSON.stringify({ jsonrpc: '2.0', id: 'large', method: 'tools/call', params }))
  expect((await server.answerTo(null)).error?.message).toContain('64 MiB')
  expect((await server.ask('tools/list')).result.tools.length).toBeGreaterThan(10)
  server.process.stdin.end()
  await server.ended()
})
