import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Connection, connect, type ServeProcess, startServe } from '../support/connect.ts'
import { openTestWire, type TestWire } from '../support/wires/wire-of-tests.ts'
import { body, chunks, hang, refuse, reset, say, speak } from './answers.ts'
import { startVendor, type Vendor } from './vendor.ts'
import type { Answer } from './wire.ts'
import { saidIn } from './world.ts'

/* A canary key goes through everything that can go wrong, in the program as it is shipped, and must come out nowhere. */

/** No pattern knows it: only because it was configured is it a secret. */
const KEY = 'canary.9f31c7d2a4e84b6c'

let home: string
let vendor: Vendor
let wire: TestWire
let server: ServeProcess
let client: Connection
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'recollect-secrets-'))
  vendor = await startVendor(speak('Here I am.'))
  wire = await openTestWire(vendor.baseUrl, ['openai', 'lmstudio'])
  server = await startServe({
    RECOLLECT_HOME: home,
    RECOLLECT_LOG: 'debug',
    OPENAI_API_KEY: KEY,
    OPENAI_BASE_URL: wire.baseUrl,
    LMSTUDIO_API_KEY: KEY,
    LMSTUDIO_BASE_URL: wire.baseUrl,
    ...wire.environment,
  })
  client = await connect('v2-auto', { kind: 'http', url: server.url })
})
afterAll(async () => {
  await client.close()
  await server.stop()
  await wire.close()
  await vendor.close()
  await rm(home, { recursive: true })
})

const told = (more: object = {}) => ({ error: { message: `Wrong key ${KEY}`, ...more } })

const FAULTS: readonly (readonly [string, Answer, RegExp])[] = [
  ['401', refuse(401, told()), /Wrong key \[redacted\]/],
  ['401 as text', refuse(401, `<p>Wrong key ${KEY}</p>`), /Wrong key \[redacted\]/],
  // Cut to a length that fits, half of a key is nothing that could be recognised.
  ['401 at length', refuse(401, told({ message: `${'x'.repeat(280)} ${KEY}` })), /x{280}/],
  ['400 as a code', refuse(400, { error: { code: KEY } }), /\[redacted\]/],
  ['500, tried again and logged', refuse(500, told()), /Wrong key \[redacted\]/],
  ['429 that waits', refuse(429, told(), { 'retry-after': '100000' }), /Wrong key \[redacted\]/],
  ['an error with 200', body(JSON.stringify(told())), /Wrong key \[redacted\]/],
  ['an error in a stream', chunks(told()), /Wrong key \[redacted\]/],
  ['a list of errors', refuse(400, [told()]), /Wrong key \[redacted\]/],
  ['a redirect', refuse(302, '', { location: `http://127.0.0.1:1/?key=${KEY}` }), /redirect/],
  ['a reset', reset, /connection to/],
  ['an empty answer', say(''), /empty answer/],
]

/** All that can be read of a run that failed so. */
async function suffer(model: string, fault: string, error: RegExp): Promise<string> {
  const { agent } = (await client.call('create_agent', { model })).data
  const result = await client.call('send_message', {
    agent: agent.id,
    message: fault,
    include_steps: true,
    wait_seconds: 30,
  })
  expect(result.data.status, `${model} ${fault}: ${result.text}`).toBe('failed')
  expect(result.data.error.message).toMatch(error)
  const { run_id } = result.data
  const again = await client.call('get_run', { run_id, include_steps: true })
  const context = await client.call('inspect_context', { agent: agent.id, include_text: true })
  const resource = await client.read(`recollect://runs/${run_id}`)
  return JSON.stringify([result, again, context, resource])
}

it('the key of a provider shows up in no result, no log line and no file', {
  timeout: 60_000,
}, async () => {
  vendor.always((response, request) => {
    const [asked] = saidIn((request.messages ?? []).slice(-1))
    const answer = FAULTS.find(([fault]) => fault === asked)?.[1] ?? hang
    answer(response, request)
  })
  const cases = ['openai/scripted', 'lmstudio/scripted'].flatMap((model) =>
    FAULTS.map(([fault, , error]) => suffer(model, fault, error)),
  )
  const results = await Promise.all(cases)
  expect(vendor.requests.length).toBeGreaterThan(24)
  expect(vendor.requests.every(({ headers }) => headers.authorization === `Bearer ${KEY}`)).toBe(
    true,
  )

  expect(wire.front?.refusals ?? []).toEqual([])

  // A third of it would already be too much.
  const traces = [KEY, KEY.slice(0, 12), KEY.slice(-12)]
  const files = await Promise.all(
    (await readdir(home)).map(async (name) =>
      (await readFile(join(home, name))).toString('latin1'),
    ),
  )
  expect(files.length).toBeGreaterThan(0)
  expect(server.errors()).toContain('a model call is tried again')
  for (const trace of traces) {
    for (const text of [...results, ...files, server.errors()])
      expect(text.includes(trace)).toBe(false)
  }
})
