import { expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.ts'
import type { HostCall } from '../../src/sandbox/sandbox.ts'
import { describeInEach } from './each-language.ts'
import { ANGUS } from './support.ts'

/** Answers with what it was asked. */
const echo: HostCall = {
  name: 'client.echo',
  parameters: ['first', 'second_part'],
  run: async (args) => args,
}

describeInEach('the host of code in %s', (run) => {
  it('shows the agent and reports which blocks changed, without writing', async () => {
    const rewrite = {
      typescript:
        'export function f(agentState: any) {\n  const { memory } = agentState\n  memory.updateBlockValue("human", memory.getBlock("human").value + " likes tea")\n  return [agentState.id, agentState.name, agentState.tags, memory.listBlockLabels()]\n}',
      python:
        'def f(agent_state: "AgentState"):\n  memory = agent_state.memory\n  memory.update_block_value(label="human", value=memory.get_block("human").value + " likes tea")\n  return [agent_state.id, agent_state.name, agent_state.tags, memory.list_block_labels()]',
    }
    expect(await run(rewrite, { agent: ANGUS })).toMatchObject({
      result: [ANGUS.id, 'Angus', ['notes', 'home'], ['human', 'rules']],
      changes: [{ label: 'human', before: 'Mia', after: 'Mia likes tea' }],
    })
  })

  it('reports no change of a block that has its old value again, nor of a call that failed', async () => {
    const back = {
      typescript:
        'function f(agentState: any) { const b = agentState.memory.getBlock("human"); b.value = "x"; b.value = "Mia" }',
      python:
        'def f(agent_state):\n  b = agent_state.memory.get_block("human")\n  b.value = "x"\n  b.value = "Mia"',
    }
    expect((await run(back, { agent: ANGUS })).changes).toEqual([])
    const fails = {
      typescript:
        'function f(agentState: any) { agentState.memory.updateBlockValue("human", "x"); throw new Error("no") }',
      python:
        'def f(agent_state):\n  agent_state.memory.update_block_value("human", "x")\n  raise ValueError("no")',
    }
    expect((await run(fails, { agent: ANGUS })).changes).toEqual([])
  })

  it.each([
    ['human', '"x".repeat(41)', '"x" * 41', /41 characters.*holds 40/],
    ['rules', '"x"', '"x"', /read-only/],
    ['humam', '"x"', '"x"', /no memory block "humam".*human, rules/],
  ])('refuses a wrong change of %s with a sentence', async (label, js, py, expected) => {
    const change = {
      typescript: `function f(agentState: any) { agentState.memory.updateBlockValue("${label}", ${js}) }`,
      python: `def f(agent_state):\n  agent_state.memory.update_block_value("${label}", ${py})`,
    }
    expect((await run(change, { agent: ANGUS })).error?.message).toMatch(expected)
  })

  it('says so when a function needs an agent and there is none', async () => {
    const needs = {
      typescript: 'function f(agentState: any) { return agentState.id }',
      python: 'def f(agent_state):\n  return agent_state.id',
    }
    expect((await run(needs)).error?.message).toMatch(/needs the state of an agent/)
  })

  it('lets code ask the server what it is allowed to ask, by name and by position', async () => {
    const ask = {
      typescript:
        'export async function f(client: any) { return [await client.echo({ first: 1, secondPart: [2] }), await client.echo("a", "b")] }',
      python:
        'def f(client):\n  return [client.echo(first=1, second_part=[2]), dict(client.echo("a", "b"))]',
    }
    expect((await run(ask, { host: [echo] })).result).toEqual([
      { first: 1, second_part: [2] },
      { first: 'a', second_part: 'b' },
    ])
  })

  it('refuses what is not allowed, and shows refusals of the server to the code', async () => {
    const other = {
      typescript: 'const f = (client: any) => client.deleteAgent({ agent: "x" })',
      python: 'def f(client):\n  return client.delete_agent(agent="x")',
    }
    const refused = await run(other, { host: [echo] })
    expect(refused.error?.message).toMatch(/may not call client\.delete.?[aA]gent.*echo/)

    const catching = {
      typescript:
        'async function f(client: any) { try { await client.echo() } catch (error) { return error.message } }',
      python:
        'def f(client):\n  try:\n    client.echo()\n  except Exception as error:\n    return str(error)',
    }
    const failing = (error: Error): HostCall => ({
      ...echo,
      run: async () => Promise.reject(error),
    })
    const known = failing(new UserError('not_found', 'There is no agent "x".'))
    expect((await run(catching, { host: [known] })).result).toBe('There is no agent "x".')
    const unknown = failing(new Error('password of /etc/secret'))
    expect((await run(catching, { host: [unknown] })).result).toBe(
      'client.echo failed inside the server.',
    )
  })

  it('has no network but the fetch it is given, and sees placeholders in place of secrets', async () => {
    const get = {
      typescript:
        'async function f() { const r = await fetch("https://api.example.com/x", { method: "POST", headers: { authorization: "Bearer " + secrets.TOKEN }, body: "{}" }); return [r.ok, r.status, r.headers.get("Content-Type"), await r.json()] }',
      python:
        'import os, requests\ndef f():\n  r = requests.post("https://api.example.com/x", headers={"authorization": f"Bearer {os.environ[\'TOKEN\']}"}, data="{}")\n  return [r.ok, r.status_code, r.headers["content-type"], r.json()]',
    }
    const fetchCall: HostCall = {
      name: 'fetch',
      parameters: ['url'],
      run: async (args) => ({
        url: args.url,
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(args),
      }),
    }
    expect((await run(get, { host: [fetchCall], secrets: ['TOKEN'] })).result).toEqual([
      true,
      200,
      'application/json',
      {
        url: 'https://api.example.com/x',
        method: 'POST',
        headers: { authorization: 'Bearer {{secret:TOKEN}}' },
        body: '{}',
      },
    ])
    expect((await run(get, { secrets: ['TOKEN'] })).status).toBe('error')
  })

  it('ends a host call that still runs when the code is stopped', async () => {
    let isAborted = false
    const hang: HostCall = {
      ...echo,
      run: (_args, signal) =>
        new Promise((resolve) =>
          signal.addEventListener('abort', () => {
            isAborted = true
            resolve(null)
          }),
        ),
    }
    const ask = {
      typescript: 'const f = (client: any) => client.echo()',
      python: 'def f(client):\n  return client.echo()',
    }
    const limits = { milliseconds: 300, outputChars: 100 }
    expect((await run(ask, { host: [hang], limits })).status).toBe('timeout')
    expect(isAborted).toBe(true)
  })
})
