import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.ts'
import type { HostCall, Sandbox } from '../../src/sandbox/sandbox.ts'
import { ANGUS, LANGUAGES, openSandbox, runIn } from './support.ts'

/** The same scene in both languages. */
type Both = { readonly typescript: string; readonly python: string }

const ADD: Both = {
  typescript: 'export function f(a: number, b: number = 2): number { return a + b }',
  python: 'def f(a: int, b: int = 2) -> int:\n  return a + b',
}

/** Answers with what it was asked. */
const echo: HostCall = {
  name: 'client.echo',
  parameters: ['first', 'second_part'],
  run: async (args) => args,
}

describe.each(LANGUAGES)('a sandbox for %s', (language) => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = openSandbox()
    await runIn(sandbox, language, ADD[language], { arguments: { a: 1 } })
  }, 120_000)
  afterAll(() => sandbox.close())

  const run = (sources: Both, options: Parameters<typeof runIn>[3] = {}) =>
    runIn(sandbox, language, sources[language], options)

  it('returns what the function returns, with defaults for what is not given', async () => {
    expect(await run(ADD, { arguments: { a: 1 } })).toMatchObject({
      status: 'success',
      result: 3,
      changes: [],
    })
    expect(await run(ADD, { arguments: { b: 5, a: 4 } })).toMatchObject({ result: 9 })
  })

  it('keeps JSON as it is, both ways', async () => {
    const value = {
      text: 'hé ✓ 𝒳',
      list: [1, 2.5, null, true],
      nested: { a: { b: [] } },
      empty: {},
    }
    const same = {
      typescript: 'function f(value: unknown) { return value }',
      python: 'def f(value):\n  return value',
    }
    expect((await run(same, { arguments: { value } })).result).toEqual(value)
  })

  it('returns null for nothing, and lists for sets', async () => {
    const nothing = { typescript: 'function f() {}', python: 'def f():\n  pass' }
    expect(await run(nothing)).toMatchObject({ status: 'success', result: null })
    const set = { typescript: 'const f = () => new Set([1])', python: 'def f():\n  return {1}' }
    expect((await run(set)).result).toEqual([1])
  })

  it('waits for asynchronous functions and for time', async () => {
    const slow = {
      typescript:
        'const wait = (ms: number) => new Promise<number>((done) => setTimeout(done, ms, ms))\nexport async function f() { return Promise.all([wait(20), wait(10)]) }',
      python:
        'import asyncio\nasync def wait(ms):\n  await asyncio.sleep(ms / 1000)\n  return ms\nasync def f():\n  return await asyncio.gather(wait(20), wait(10))',
    }
    expect((await run(slow)).result).toEqual([20, 10])
  })

  it('says so when a function waits for what never comes', async () => {
    const never = {
      typescript: 'const f = () => new Promise(() => {})',
      python: 'import asyncio\nasync def f():\n  await asyncio.get_event_loop().create_future()',
    }
    const outcome = await run(never)
    expect(outcome.status).toBe('error')
    expect(outcome.error?.message).toMatch(/waits for/)
  })

  it('captures both outputs, and counts what is too long', async () => {
    const talk = {
      typescript:
        'function f(n: number) { console.log("é".repeat(n)); console.error("oh", { a: 1 }) }',
      python: 'import sys\ndef f(n):\n  print("é" * n)\n  print("oh {\\"a\\":1}", file=sys.stderr)',
    }
    const short = await run(talk, { arguments: { n: 2 } })
    expect(short.stdout).toEqual({ text: 'éé\n', leftOutBytes: 0 })
    expect(short.stderr).toEqual({ text: 'oh {"a":1}\n', leftOutBytes: 0 })
    const long = await run(talk, {
      arguments: { n: 100_000 },
      limits: { milliseconds: 20_000, outputChars: 10 },
    })
    expect(long.stdout).toEqual({ text: 'é'.repeat(10), leftOutBytes: 200_001 - 20 })
  })

  it('names the line of the source that failed', async () => {
    const wrong = {
      typescript:
        'interface A { b: string }\n\nfunction g(a: A): never {\n  throw new TypeError("no " + a.b)\n}\nexport const f = () => g({ b: "x" })',
      python: 'import json\n\ndef g(a):\n  raise TypeError(f"no {a}")\n\ndef f():\n  g("x")',
    }
    const outcome = await run(wrong)
    expect(outcome).toMatchObject({ status: 'error', result: null, error: { line: 4 } })
    expect(outcome.error?.message).toMatch(/^TypeError: no x\n {2}line 4: (throw|raise)/)
  })

  it('names the line of a source that can not be read', async () => {
    const broken = { typescript: 'let a = 1\nfunction f( {', python: 'a = 1\ndef f(:\n  pass' }
    const message = await run(broken).then(
      ({ error }) => `${error?.line}`,
      (error: unknown) => (error instanceof UserError ? error.message : ''),
    )
    expect(message).toMatch(/^2$|^Line 2: /)
  })

  it('stops an endless loop, keeps what it printed, and runs the next call', async () => {
    const endless = {
      typescript: 'function f() { console.log("begun"); for (;;) {} }',
      python: 'def f():\n  print("begun")\n  while True: pass',
    }
    const outcome = await run(endless, { limits: { milliseconds: 300, outputChars: 100 } })
    expect(outcome).toMatchObject({ status: 'timeout', stdout: { text: 'begun\n' }, changes: [] })
    expect(outcome.error?.message).toContain('0.3 s')
    expect((await run(ADD, { arguments: { a: 1 } })).result).toBe(3)
  })

  it('shares nothing between two calls', async () => {
    const leave = {
      typescript:
        'globalThis.left = 1; Array.prototype.left = 1; JSON.stringify = () => "left"; function f() { return typeof left }',
      python:
        'import json, os, sys, builtins\njson.left = 1\nbuiltins.left = 1\nos.environ["LEFT"] = "1"\nos.makedirs("/tmp/left/inner")\nopen("/tmp/left/file", "w").write("x")\nos.chdir("/tmp/left")\nos.close(1)\nkept = open("/tmp/open", "w")\ndef f():\n  return hasattr(json, "left")',
    }
    const look = {
      typescript: 'function f() { console.log("seen"); return [typeof left, [].left ?? "none"] }',
      python:
        'import json, os, builtins\ndef f():\n  print("seen")\n  return [hasattr(json, "left"), hasattr(builtins, "left"), "LEFT" in os.environ, os.listdir("/tmp"), os.getcwd()]',
    }
    await run(leave)
    const outcome = await run(look)
    expect(outcome.stdout.text).toBe('seen\n')
    expect(outcome.result).toEqual(
      language === 'python' ? [false, false, false, [], '/'] : ['undefined', 'none'],
    )
  })

  it('is as random as it should be, though every call starts from the same state', async () => {
    const dice = {
      typescript: 'const f = () => Math.random()',
      python: 'import random\ndef f():\n  return random.random()',
    }
    const [first, second] = [await run(dice), await run(dice)]
    expect(first.result).not.toBe(second.result)
  })

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

  it('stops a call whose signal is aborted', async () => {
    const controller = new AbortController()
    const hang: HostCall = {
      ...echo,
      run: async () => {
        controller.abort(new Error('enough'))
        await new Promise(() => {})
      },
    }
    const ask = {
      typescript: 'const f = (client: any) => client.echo()',
      python: 'def f(client):\n  return client.echo()',
    }
    await expect(run(ask, { host: [hang], signal: controller.signal })).rejects.toThrow('enough')
  })

  it('runs a script like a cell of a notebook: its last expression is the result', async () => {
    const script = {
      typescript: 'const list: number[] = [1, 2, 3]\nconsole.log("hi")\nlist.map((n) => n * 2)',
      python: 'values = [1, 2, 3]\nprint("hi")\n[n * 2 for n in values]',
    }
    expect(await run(script, { entry: undefined })).toMatchObject({
      status: 'success',
      result: [2, 4, 6],
      stdout: { text: 'hi\n' },
    })
  })

  it('makes of arguments what their types say', async () => {
    const typed = {
      typescript:
        'export function f(when: Date, tags: Set<string>, ages: Map<string, number>) { return [when.getUTCFullYear(), tags.has("a"), ages.get("Mia")] }',
      python:
        'import datetime, enum\nfrom pydantic import BaseModel, Field\nclass Unit(enum.Enum):\n  C = "c"\nclass Place(BaseModel):\n  city: str = Field(min_length=1)\n  unit: Unit = Unit.C\ndef f(when: datetime.datetime, tags: set[str], place: Place):\n  return [when.year, "a" in tags, place.city, place.unit is Unit.C]',
    }
    const when = '2026-11-30T12:00:00Z'
    const outcome = await run(typed, {
      arguments:
        language === 'python'
          ? { when, tags: ['a'], place: { city: 'Rome', unit: 'c' } }
          : { when, tags: ['a'], ages: { Mia: 7 } },
    })
    expect(outcome.result).toEqual(
      language === 'python' ? [2026, true, 'Rome', true] : [2026, true, 7],
    )
  })

  it('runs calls side by side when one of them waits', async () => {
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const waitForOther: HostCall = { ...echo, run: () => gate.then(() => 'waited') }
    const ask = {
      typescript: 'const f = (client: any) => client.echo()',
      python: 'def f(client):\n  return client.echo()',
    }
    const first = run(ask, { host: [waitForOther] })
    expect((await run(ADD, { arguments: { a: 1 } })).result).toBe(3)
    release()
    expect((await first).result).toBe('waited')
  })

  it('refuses calls once it is closed', async () => {
    const own = openSandbox()
    await own.close()
    await expect(runIn(own, language, ADD[language])).rejects.toThrow(/stopping/)
  })
})
