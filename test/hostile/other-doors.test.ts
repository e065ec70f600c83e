import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newHome, removeHomes, runCommand, withModel } from '../e2e/support.ts'
import { type ScriptedProvider, say, startScriptedProvider } from '../support/scripted-provider.ts'
import { type Attacked, startAllAttacked } from './servers.ts'
import { HOSTILE_TEXTS, type HostileText } from './texts.ts'

/*
 * Hostile texts through the doors that are not tools: addresses of resources, arguments of prompts, completion, headers
 * and the command line. By default each door gets some of the texts; with RECOLLECT_TEST_FULL all of them.
 */

const STRIDE = process.env.RECOLLECT_TEST_FULL ? 1 : 17
const COMMAND_STRIDE = process.env.RECOLLECT_TEST_FULL ? 7 : 61
const PATIENCE = { timeout: 1_200_000 }
/** JSON-RPC's code of an error that nobody foresaw. */
const INTERNAL = -32_603
/** A longer request is refused before it is read. */
const MAX_REQUEST = 3_500_000
/** In UTF-16 code units: Linux accepts 128 KiB as one argument. */
const MAX_ARGUMENT = 40_000

let provider: ScriptedProvider
let attacked: readonly Attacked[] = []

beforeAll(async () => {
  provider = await startScriptedProvider()
  provider.respondWith(() => say('Fine.'))
  attacked = await startAllAttacked(provider)
}, 120_000)
afterAll(async () => {
  for (const one of attacked) await one.close()
  await provider.close()
  removeHomes()
})

describe('a hostile text', () => {
  it('in the address of a resource is refused or answered', PATIENCE, async () => {
    const templates = await attacked[0]?.client.templates()
    expect(templates?.length).toBeGreaterThan(5)
    for (const { uriTemplate } of templates ?? [])
      await eachAlike(uriTemplate, (one, text) =>
        one.client.read(fillTemplate(one, uriTemplate, text)),
      )
  })

  it('in an argument of a prompt is refused or answered', PATIENCE, async () => {
    const prompts = await attacked[0]?.client.prompts()
    expect(prompts?.length).toBeGreaterThan(2)
    for (const { name } of prompts ?? [])
      for (const hostile of ['agent', 'message'])
        await eachAlike(`${name} ${hostile}`, (one, text) =>
          one.client.prompt(name, {
            agent: String(one.usual.agent),
            message: 'Hello.',
            [hostile]: text,
          }),
        )
  })

  it('in a completion is refused or answered', PATIENCE, async () => {
    const template = 'recollect://agents/{agent_id}/memory/{label}'
    for (const name of ['agent_id', 'label', 'passage_id', 'run_id', 'agent'])
      await eachAlike(`completion of ${name}`, (one, value) =>
        one.client.complete({ template }, { name, value }, { agent_id: String(one.usual.agent) }),
      )
    await eachAlike('a known value', (one, agent_id) =>
      one.client.complete({ template }, { name: 'label', value: '' }, { agent_id }),
    )
  })

  it('in a header is refused or answered', PATIENCE, async () => {
    const headers = [
      'mcp-session-id',
      'mcp-protocol-version',
      'accept',
      'origin',
      'authorization',
      'last-event-id',
    ]
    for (const header of headers)
      for (const { name, text } of textsFor(header)) {
        const value = inHeader(text)
        const { status } = await fetch(attacked[0]?.server.url ?? '', {
          method: 'POST',
          headers: { 'content-type': 'application/json', [header]: value },
          body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
        })
        expect.soft([header, name, status < 500 || status === 501]).toEqual([header, name, true])
      }
    await expectServed()
  })

  it.each([
    'agents show',
    'memory',
    'export',
    'import',
    'token revoke',
    'help',
    'completion',
    'hook',
  ])('as an argument of "recollect %s" ends in a sentence', PATIENCE, async (command) => {
    const words = command.split(' ')
    const environment = withModel(newHome(), provider)
    for (const { name, text } of textsFor(command, COMMAND_STRIDE)) {
      const argument = text.replaceAll('\0', '').slice(0, MAX_ARGUMENT)
      const { code, stdout, stderr } = await runCommand([...words, argument], environment)
      expect.soft([name, [0, 1, 2].includes(code ?? -1)]).toEqual([name, true])
      expect.soft(stderr, name).not.toMatch(/^\s+at .*:\d+:\d+|RangeError|TypeError/m)
      expect.soft((stdout + stderr).includes('\u001b'), name).toBe(false)
    }
  })
})

/** Tries each text on all servers: none of them fails inside, and all answer alike. */
async function eachAlike(
  door: string,
  attempt: (one: Attacked, text: string) => Promise<unknown>,
): Promise<void> {
  for (const { name, text } of textsFor(door)) {
    const outcomes = await Promise.all(attacked.map((one) => outcomeOf(() => attempt(one, text))))
    expect.soft([door, name, new Set(outcomes).size]).toEqual([door, name, 1])
    expect.soft([door, name, outcomes[0]]).not.toEqual([door, name, INTERNAL])
  }
  await expectServed()
}

async function expectServed(): Promise<void> {
  for (const one of attacked) {
    const { isError } = await one.beside.call('search_archival', {
      agent: one.usual.agent,
      query: 'key',
    })
    expect(isError).toBe(false)
    expect(one.server.errors()).not.toMatch(/"level":"error"/)
  }
}

async function outcomeOf(attempt: () => Promise<unknown>): Promise<unknown> {
  try {
    await attempt()
    return 'answered'
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : String(error)
  }
}

function textsFor(door: string, stride = STRIDE): readonly HostileText[] {
  const first = [...door].length % stride
  return HOSTILE_TEXTS.filter(
    ({ text }, index) => index % stride === first && JSON.stringify(text).length < MAX_REQUEST,
  )
}

function fillTemplate(one: Attacked, template: string, text: string): string {
  const usual = template.endsWith('}') && /\{.*\{/.test(template)
  const filled = usual ? template.replace('{agent_id}', String(one.usual.agent)) : template
  return filled.replace(/\{\w+\}/, () => encodeURIComponent(text.toWellFormed()))
}

/** The bytes of a text that HTTP allows in a header, at most as many as Node reads. */
function inHeader(text: string): string {
  return Buffer.from(text, 'utf8')
    .toString('latin1')
    .replaceAll(/[^\t\u0020-\u007e\u0080-\u00ff]/g, '?')
    .slice(0, 12_000)
}
