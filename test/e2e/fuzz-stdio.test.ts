import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PATIENT } from '../agent/patient.ts'
import { memoryOf } from './memory-of.ts'
import {
  expectPureStdout,
  newHome,
  type RawServer,
  removeHomes,
  startRaw,
  withoutKey,
} from './support.ts'

/* Whatever comes in on stdin is answered or refused as JSON-RPC says, and the next request is served. */

const PARSE_ERROR = -32_700
const INVALID_REQUEST = -32_600
const NOT_FOUND = -32_601
const INVALID_PARAMS = -32_602

/** Over a hundred levels. */
const DEEP = '['.repeat(100_000) + ']'.repeat(100_000)

function ping(part: string): string {
  return `{"jsonrpc":"2.0","method":"ping",${part}}`
}

function call(params: string): string {
  return `{"jsonrpc":"2.0","id":"x","method":"tools/call","params":${params}}`
}

interface Expected {
  readonly code: number
  readonly id: unknown
}

const unread: Expected = { code: PARSE_ERROR, id: null }
const nameless: Expected = { code: INVALID_REQUEST, id: null }
const invalid: Expected = { code: INVALID_REQUEST, id: 'x' }
const badParams: Expected = { code: INVALID_PARAMS, id: 'x' }

/** Lines with the expected error; undefined if the line needs no answer. */
const LINES: readonly (readonly [string, string, Expected | undefined])[] = [
  ['plain words', 'hello there', unread],
  ['half a JSON object', '{"jsonrpc":"2.0","id":"x",', unread],
  ['two messages on one line', ping('"id":"x"').repeat(2), unread],
  ['bytes that are no text', '\u0000\uFFFD\u0007', unread],
  ['a header of HTTP', 'POST /mcp HTTP/1.1\r', unread],
  ['a long line of no JSON', 'x'.repeat(1_000_000), unread],
  ['an empty line', '', undefined],
  ['a line of spaces', '   \t ', undefined],
  ['a number', '7', nameless],
  ['null', 'null', nameless],
  ['a text', '"ping"', nameless],
  ['an empty list', '[]', nameless],
  ['a list of requests', `[${ping('"id":"x"')}]`, nameless],
  ['an empty object', '{}', nameless],
  ['a request without a version', '{"id":"x","method":"ping"}', invalid],
  ['a request of another version', '{"jsonrpc":"1.0","id":"x","method":"ping"}', invalid],
  ['a method that is no text', '{"jsonrpc":"2.0","id":"x","method":7}', invalid],
  ['an id that is null', ping('"id":null'), nameless],
  ['an id that is an object', ping('"id":{}'), nameless],
  ['an id that is a fraction', ping('"id":7.5'), { code: INVALID_REQUEST, id: 7.5 }],
  ['an id beyond all numbers', ping('"id":1e400'), nameless],
  ['parameters that are a list', ping('"id":"x","params":["x"]'), invalid],
  ['parameters that are null', ping('"id":"x","params":null'), invalid],
  ['a request that is an answer as well', ping('"id":"x","result":{}'), invalid],
  [
    'a method that is not there',
    '{"jsonrpc":"2.0","id":"x","method":"no/such"}',
    { ...invalid, code: NOT_FOUND },
  ],
  ['a tool that is not there', call('{"name":"no_such_tool"}'), badParams],
  ['a tool whose name is no text', call('{"name":7}'), badParams],
  ['arguments that are a list', call('{"name":"list_agents","arguments":["x"]}'), badParams],
  [
    'arguments as deep as a well',
    call(`{"name":"list_agents","arguments":{"query":${DEEP}}}`),
    nameless,
  ],
  ['a line longer than any request', call(`{"name":"${'x'.repeat(12_000_000)}"}`), nameless],
  ['an answer to nothing', '{"jsonrpc":"2.0","id":99,"result":{}}', undefined],
  ['a bad answer to nothing', '{"jsonrpc":"2.0","id":99,"result":{},"error":7}', undefined],
  ['a notification of nothing', '{"jsonrpc":"2.0","method":"notifications/nothing"}', undefined],
  [
    'the cancellation of nothing',
    '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{}}',
    undefined,
  ],
]

let server: RawServer
let home: string
beforeEach(async () => {
  home = newHome()
  server = startRaw({ ...withoutKey(home), RECOLLECT_LOG: 'error' })
  await server.initialize()
})
afterEach(async () => {
  server.process.stdin.end()
  expect(await server.ended()).toEqual({ code: 0, signal: null })
  expectPureStdout(server.written())
  expect(server.errors()).toBe('')
})
afterAll(removeHomes)

/** All messages after the first `skipped` bytes, but the answers to pings. */
function others(skipped: number) {
  const lines = server.written().slice(skipped).split('\n').slice(0, -1)
  return lines
    .map((line) => JSON.parse(line))
    .filter(({ id }) => !(typeof id === 'string' && id.startsWith('ping ')))
}

let pings = 0
/** The answer to a ping that follows the line. */
async function pingAfter(line: string | Buffer) {
  pings += 1
  const id = `ping ${pings}`
  server.process.stdin.write(line)
  server.write(`\n${JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' })}`)
  return server.answerTo(id)
}

describe('of the malformed lines', () => {
  it('there are enough', () => {
    expect(LINES).toHaveLength(34)
  })

  it('each is refused with the right error, and the next request is served', async () => {
    for (const [name, line, expected] of LINES) {
      const before = server.written().length
      expect((await pingAfter(line)).result, name).toEqual({})
      if (expected === undefined) {
        expect(others(before), name).toEqual([])
      } else {
        await expect.poll(() => others(before).length, PATIENT).toBe(1)
        const { id, error } = others(before)[0]
        expect({ id, code: error?.code }, name).toEqual({ id: expected.id, code: expected.code })
      }
    }
  })

  it('each is refused before the first request, too', async () => {
    const early = startRaw(withoutKey(newHome()))
    for (const [, line] of LINES) early.write(line)
    expect((await early.initialize()).result.serverInfo.name).toBe('recollect')
    early.process.stdin.end()
    expect(await early.ended()).toEqual({ code: 0, signal: null })
    expectPureStdout(early.written())
  })
})

describe('of random lines', () => {
  const COUNT = 2_000
  const WARM_UP = 400
  const SAMPLE_EACH = 50
  const SAMPLES = 8
  const MAX_GROWTH_MEBIBYTES = 60

  it('each is answered or refused, and memory does not grow', async () => {
    const random = generator(20_260_728)
    const samples: number[] = []
    for (let count = 0; count < COUNT; count += 1) {
      const line = randomLine(random, `line ${count}`)
      if (count >= WARM_UP && count % SAMPLE_EACH === 0) {
        samples.push(memoryOf(server.process.pid))
      }
      const before = server.written().length
      expect((await pingAfter(line)).result, line.toString('latin1')).toEqual({})
      const expected = expectedId(line.toString('utf8').trim())
      if (expected !== undefined) {
        const answered = () => others(before).some(({ id }) => id === expected)
        if (!answered()) await expect.poll(answered, PATIENT).toBe(true)
      }
    }
    // The least of several, as garbage is collected late where the machine is busy.
    const [first, last] = [samples.slice(0, SAMPLES), samples.slice(-SAMPLES)]
    expect(Math.min(...last) - Math.min(...first)).toBeLessThan(MAX_GROWTH_MEBIBYTES)
  }, 600_000)

  /** Under which id the line must be answered; null: as one that can't be told; undefined: perhaps not at all. */
  function expectedId(line: string): unknown {
    if (line === '') return undefined
    try {
      const { id, method } = JSON.parse(line) ?? {}
      const isId = typeof id === 'string' || Number.isInteger(id)
      return isId && typeof method === 'string' ? id : undefined
    } catch {
      return null
    }
  }
})

const SEEDS: readonly object[] = [
  { method: 'ping' },
  { method: 'tools/list', params: {} },
  { method: 'tools/call', params: { name: 'list_agents', arguments: { limit: 3 } } },
  { method: 'tools/call', params: { name: 'get_agent', arguments: { agent: 'Ada' } } },
  { method: 'resources/list', params: { cursor: 'abc' } },
  { method: 'resources/read', params: { uri: 'recollect://agents/agent-1/memory/human' } },
  { method: 'prompts/get', params: { name: 'load_memory', arguments: { agent: 'Ada' } } },
  {
    method: 'completion/complete',
    params: {
      ref: { type: 'ref/prompt', name: 'load_memory' },
      argument: { name: 'agent', value: 'A' },
    },
  },
]

const PIECES = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ':',
  ',',
  'null',
  '1e99',
  '\\u0000',
  '\\ud800',
  '-',
  '[[[[',
]

type Random = (below: number) => number

/** A message of ours, bent in one to five places, or rubbish altogether. */
function randomLine(random: Random, id: string): Buffer {
  if (random(20) === 0) return withoutNewlines(Buffer.from(bytes(random)))
  const seed = SEEDS[random(SEEDS.length)]
  let line: Buffer = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, ...seed }))
  const bends = random(6)
  for (let count = 0; count < bends; count += 1) line = bend(line, random)
  return withoutNewlines(line)
}

function bend(line: Buffer, random: Random): Buffer {
  const at = random(line.length + 1)
  const end = Math.min(line.length, at + 1 + random(8))
  switch (random(5)) {
    case 0:
      return Buffer.concat([line.subarray(0, at), line.subarray(end)])
    case 1:
      return Buffer.concat([line.subarray(0, end), line.subarray(at)])
    case 2:
      return Buffer.concat([
        line.subarray(0, at),
        Buffer.from(PIECES[random(PIECES.length)] ?? ''),
        line.subarray(at),
      ])
    case 3:
      return Buffer.concat([line.subarray(0, at), Buffer.from([random(256)]), line.subarray(end)])
    default:
      return line.subarray(0, at)
  }
}

function bytes(random: Random): number[] {
  return Array.from({ length: random(2_000) }, () => random(256))
}

function withoutNewlines(line: Buffer): Buffer {
  return Buffer.from(line.map((byte) => (byte === 10 ? 32 : byte)))
}

/** The same numbers for the same seed. */
function generator(seed: number): Random {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
