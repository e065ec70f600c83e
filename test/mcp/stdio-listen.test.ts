import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { createBus } from '../../src/core/bus.ts'
import type { Change } from '../../src/core/event.ts'
import { newId } from '../../src/core/ids.ts'
import { createServerFactory } from '../../src/mcp/serve/server.ts'
import { serveOverStdio } from '../../src/mcp/transports/stdio.ts'
import { PATIENT } from '../agent/patient.ts'
import { stubContext } from './stub-context.ts'

const _meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '0' },
}
const AGENTS = 'recollect://agents'
const OTHER = 'recollect://agents/Ada'

function start(resources = 10) {
  const stdin = new PassThrough()
  const stdout = new PassThrough()
  let written = ''
  stdout.on('data', (chunk) => {
    written += chunk
  })
  const bus = createBus<Change>(() => undefined)
  const context = { ...stubContext(), onChange: bus.subscribe }
  const log = () => undefined
  const createServer = createServerFactory({
    version: '1.2.3',
    context: async () => context,
    log,
    toolsets: ['core'],
    liveLimits: { resources, perSubscriber: resources },
  })
  const serving = serveOverStdio(createServer, log, stdin, stdout)
  const write = (message: object) =>
    stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  const messages = () =>
    written
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  let seq = 0
  return {
    stdin,
    serving,
    messages,
    listen(id: string, resourceSubscriptions: readonly string[]) {
      const params = { _meta, notifications: { resourceSubscriptions } }
      write({ id, method: 'subscriptions/listen', params })
    },
    cancel: (requestId: string) =>
      write({ method: 'notifications/cancelled', params: { _meta, requestId } }),
    acknowledged: () =>
      messages().filter(({ method }) => method === 'notifications/subscriptions/acknowledged'),
    /** Listens that were told, and of what. */
    told: () =>
      messages().flatMap(({ method, params }) =>
        method === 'notifications/resources/updated'
          ? [`${params._meta['io.modelcontextprotocol/subscriptionId']} ${params.uri}`]
          : [],
      ),
    changeSomeAgent() {
      seq += 1
      bus.publish({ seq, namespace: 'default', kind: 'agent', subjectId: newId('agent') })
    },
  }
}

it('each listen is notified once per change, until it is cancelled', async () => {
  const { listen, cancel, acknowledged, told, changeSomeAgent, serving } = start()
  listen('a', [AGENTS, OTHER])
  listen('b', [AGENTS])
  await expect.poll(() => acknowledged().length, PATIENT).toBe(2)
  changeSomeAgent()
  const both = [`a ${AGENTS}`, `b ${AGENTS}`, `a ${OTHER}`]
  await expect.poll(() => told().length, PATIENT).toBe(3)
  expect(told().sort()).toEqual(both.sort())
  cancel('a')
  listen('c', [])
  await expect.poll(() => acknowledged().length, PATIENT).toBe(3)
  changeSomeAgent()
  await expect.poll(() => told().length, PATIENT).toBe(4)
  expect(told().at(-1)).toBe(`b ${AGENTS}`)
  await serving.close()
})

it('a cancelled listen makes room, and one beyond the cap is refused', async () => {
  const { listen, cancel, acknowledged, messages, serving } = start(1)
  listen('a', [AGENTS])
  listen('b', [OTHER])
  await expect
    .poll(() => messages().find(({ id }) => id === 'b')?.error.data.code, PATIENT)
    .toBe('limit_exceeded')
  cancel('a')
  listen('c', [OTHER])
  await expect.poll(() => acknowledged().length, PATIENT).toBe(2)
  await serving.close()
})

it('an open listen does not delay closing at the end of the input', async () => {
  const { listen, acknowledged, stdin, serving } = start()
  listen('a', [AGENTS])
  await expect.poll(() => acknowledged().length, PATIENT).toBe(1)
  const began = Date.now()
  stdin.end()
  await serving.closed
  expect(Date.now() - began).toBeLessThan(2_000)
})
