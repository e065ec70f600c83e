import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox, SandboxOutcome } from '../../src/sandbox/sandbox.ts'
import { type Expected, LIMIT, REFUSED } from './attempt.ts'
import { PYTHON_ABUSE } from './python-abuse.ts'
import { ANGUS, LANGUAGES, openSandbox, runIn } from './support.ts'
import { TYPESCRIPT_ABUSE } from './typescript-abuse.ts'

/** Issue 20: the memory that a sandbox may take, whatever is tried in it. */
const MAX_MEMORY = 400 * 2 ** 20
const FINE = {
  typescript: 'function f() { return "fine" }',
  python: 'import json\ndef f():\n  return json.loads(json.dumps("fine"))',
}
describe.each(LANGUAGES)('whatever code does in the sandbox for %s', (language) => {
  let sandbox: Sandbox
  let baseline = 0
  let peak = 0
  let watch: NodeJS.Timeout | undefined

  beforeAll(async () => {
    sandbox = openSandbox()
    baseline = process.memoryUsage.rss()
    watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss())
    }, 20)
    await runIn(sandbox, language, FINE[language])
  }, 120_000)
  afterAll(async () => {
    clearInterval(watch)
    await sandbox.close()
  })

  const attempts = language === 'python' ? PYTHON_ABUSE : TYPESCRIPT_ABUSE
  it.each(attempts)(
    '%s is refused or bounded, and the next call is fine',
    async (_name, source, expected) => {
      const outcome = await attempt(source, expected)
      if (expected instanceof RegExp) {
        const text =
          outcome.status === 'success' ? JSON.stringify(outcome.result) : outcome.error?.message
        expect(text).toMatch(expected)
        if (expected === REFUSED) expect(outcome.status).not.toBe('success')
      } else {
        expect(outcome).toMatchObject({ status: 'success', result: expected.returns })
      }
      expect(outcome.changes).toEqual([])
      expect(outcome.stdout.text.length).toBeLessThanOrEqual(3_000)
      expect((await runIn(sandbox, language, FINE[language])).result).toBe('fine')
    },
    60_000,
  )

  it('takes less than 400 MB for all of it', () => {
    expect(peak - baseline).toBeLessThan(MAX_MEMORY)
  })

  it('leaves this process to others meanwhile', async () => {
    const endless = {
      typescript: 'function f() { for (;;) {} }',
      python: 'def f():\n  while True: pass',
    }
    let turns = 0
    const count = setInterval(() => {
      turns += 1
    }, 5)
    await runIn(sandbox, language, endless[language], {
      limits: { milliseconds: 1_000, outputChars: 10 },
    })
    clearInterval(count)
    expect(turns).toBeGreaterThan(10)
  })

  function attempt(source: string, expected: Expected): Promise<SandboxOutcome> {
    return runIn(sandbox, language, source, {
      agent: ANGUS,
      limits: { milliseconds: expected === LIMIT ? 700 : 20_000, outputChars: 3_000 },
    }).catch((error: Error) => ({
      status: 'error',
      result: null,
      error: { message: error.message },
      stdout: { text: '', leftOutBytes: 0 },
      stderr: { text: '', leftOutBytes: 0 },
      durationMs: 0,
      changes: [],
    }))
  }
})
