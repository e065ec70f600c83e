import { afterAll, beforeAll, expect, test } from 'vitest'
import { callTool, type ScriptedProvider, say } from '../support/scripted-provider.ts'
import { type Ask, askAt } from './requests.ts'
import { type RestWorld, startRestWorld } from './rest-world.ts'

/* Tools of one's own, as Letta's clients create, give and run them. */

let rest: RestWorld
let provider: ScriptedProvider
let ask: Ask

beforeAll(async () => {
  rest = await startRestWorld()
  ;({ provider, ask } = rest)
}, 120_000)
afterAll(() => rest.close())

const adding = (name: string, body = 'return a + b') => `def ${name}(a: int, b: int = 2) -> int:
    """
    Adds two numbers.

    Args:
        a (int): The first number
        b (int): The second number
    """
    ${body}
`

/** The same in the language whose sandbox starts fast. */
const quick = (name: string, body = 'return a + b') => `/**
 * Adds two numbers.
 * @param a The first number
 * @param b The second number
 */
export function ${name}(a: number, b: number = 2): number {
  ${body}
}
`

const namesOf = (tools: readonly { readonly name: string }[]) => tools.map(({ name }) => name)

test('a tool is made of its source, changed by its name, found, and gone when it is deleted', async () => {
  const made = await ask('POST', '/v1/tools/', { source_code: adding('plus') })
  expect(made.json).toMatchObject({
    name: 'plus',
    tool_type: 'custom',
    source_type: 'python',
    json_schema: {
      description: 'Adds two numbers.',
      parameters: {
        properties: { a: { type: 'integer', description: 'The first number' } },
        required: ['a'],
      },
    },
  })
  const again = await ask('PUT', '/v1/tools', { source_code: adding('plus'), tags: ['math'] })
  expect(again.json).toMatchObject({ id: made.json.id, tags: ['math'] })
  const patched = await ask('PATCH', `/v1/tools/${made.json.id}`, {
    return_char_limit: 3,
    default_requires_approval: true,
  })
  expect(patched.json).toMatchObject({ return_char_limit: 3, default_requires_approval: true })
  const found = await ask('GET', '/v1/tools/?name=plus')
  expect(namesOf(found.json)).toEqual(['plus'])
  expect((await ask('DELETE', `/v1/tools/${made.json.id}`)).status).toBe(200)
  expect((await ask('GET', `/v1/tools/${made.json.id}`)).status).toBe(404)
})

test('source that is none is refused with the reason', async () => {
  for (const source_code of ['this is no python(', 'def bare(a):\n    return a\n', '']) {
    const { status, json } = await ask('POST', '/v1/tools/', { source_code })
    expect(status).toBe(422)
    expect(json.detail).toEqual(expect.any(String))
  }
})

test('the schema of a sample in camelCase is taken, as OpenAI wraps it', async () => {
  const parameters = { type: 'object', properties: { command: { type: 'string' } } }
  const { json } = await ask('PUT', '/v1/tools/', {
    name: 'shell',
    defaultRequiresApproval: true,
    jsonSchema: { type: 'function', function: { name: 'shell', description: 'Runs.', parameters } },
    sourceCode: 'def shell(command: str) -> str:\n    """Runs."""\n    return command\n',
  })
  expect(json).toMatchObject({
    name: 'shell',
    default_requires_approval: true,
    json_schema: { description: 'Runs.', parameters },
  })
})

test('an agent is given a tool, calls it, and what it raises is an error of the call', async () => {
  await ask('POST', '/v1/tools/', { source_code: quick('sum_up') })
  const raising = quick('failing', 'throw new Error("no such thing")')
  const failing = await ask('POST', '/v1/tools/', { source_code: raising })
  const agent = await ask('POST', '/v1/agents/', { tools: ['sum_up'] })
  const { id } = agent.json
  await ask('PATCH', `/v1/agents/${id}/tools/attach/${failing.json.id}`)
  expect(namesOf((await ask('GET', `/v1/agents/${id}/tools?limit=50`)).json)).toEqual(
    expect.arrayContaining(['sum_up', 'failing']),
  )
  provider.enqueue(callTool('sum_up', { a: 40, b: 2 }), callTool('failing', { a: 1 }), say('done'))
  const { json } = await ask('POST', `/v1/agents/${id}/messages`, {
    messages: [{ role: 'user', content: 'add' }],
  })
  const returns = json.messages.filter(
    ({ message_type }: { message_type: string }) => message_type === 'tool_return_message',
  )
  expect(returns).toMatchObject([
    { status: 'success', tool_return: '42' },
    { status: 'error', tool_return: expect.stringContaining('no such thing') },
  ])
  await ask('PATCH', `/v1/agents/${id}/tools/detach/${failing.json.id}`)
  const left = await ask('GET', `/v1/agents/${id}/tools?limit=50`)
  expect(namesOf(left.json)).not.toContain('failing')
}, 20_000)

test('a tool is run alone, for an agent or from its source', async () => {
  await ask('POST', '/v1/tools/', { source_code: quick('alone') })
  const agent = await ask('POST', '/v1/agents/', { tools: ['alone'] })
  const path = `/v1/agents/${agent.json.id}/tools`
  const run = await ask('POST', `${path}/alone/run`, { args: { a: 1, b: 1 } })
  expect(run.json).toMatchObject({ status: 'success', func_return: '2' })
  expect((await ask('POST', `${path}/shell/run`, { args: {} })).status).toBe(404)
  const source = { source_code: quick('f'), args: { a: 2, b: 3 } }
  const once = await ask('POST', '/v1/tools/run', source)
  expect(once.json).toMatchObject({ status: 'success', tool_return: '5' })
}, 20_000)

test('to give a tool that reaches further than its agent takes the scope admin', async () => {
  const { json } = await ask('POST', '/v1/tools/', {
    source_code: adding('reaching'),
    network: ['api.example.com'],
  })
  const agent = await ask('POST', '/v1/agents/', {})
  const path = `/v1/agents/${agent.json.id}/tools/attach/${json.id}`
  const writer = askAt(rest.world.url, await rest.world.token('default', ['read', 'write']))
  expect((await writer('PATCH', path)).status).toBe(403)
  expect((await writer('POST', '/v1/agents/', { tools: ['reaching'] })).status).toBe(403)
  expect((await ask('PATCH', path)).status).toBe(200)
})

test('built-in tools have stable ids, and those that this server lacks are kept by name', async () => {
  const [one] = (await ask('GET', '/v1/tools/?name=memory_insert')).json
  const [same] = (await ask('GET', '/v1/tools/?name=memory_insert')).json
  expect(one).toMatchObject({ id: same.id, tool_type: 'letta_memory_core', source_code: null })
  expect((await ask('PATCH', `/v1/tools/${one.id}`, { tags: ['mine'] })).status).toBe(422)
  const agent = await ask('POST', '/v1/agents/', { tools: ['web_search', 'run_code'] })
  expect(namesOf(agent.json.tools)).toEqual(expect.arrayContaining(['web_search', 'run_code']))
  const missing = agent.json.tools.find(({ name }: { name: string }) => name === 'web_search')
  expect((await ask('GET', `/v1/tools/${missing.id}`)).json.name).toBe('web_search')
  provider.enqueue(callTool('web_search', { query: 'x' }), say('went on'))
  const { json } = await ask('POST', `/v1/agents/${agent.json.id}/messages`, {
    messages: [{ role: 'user', content: 'search' }],
  })
  expect(json.messages.at(-1).content).toBe('went on')
})
