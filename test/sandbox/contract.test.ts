import { expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.ts'
import type { HostCall } from '../../src/sandbox/sandbox.ts'
import { ADD, describeInEach } from './each-language.ts'
import { openSandbox, runIn } from './support.ts'

/** Answers with what it was asked. */
const echo: HostCall = {
  name: 'client.echo',
  parameters: ['first', 'second_part'],
  run: async (args) => args,
}

describeInEach('a sandbox for %s', (run, language) => {
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
