import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Sandbox, SandboxOutcome } from '../../../src/sandbox/sandbox.ts'
import type { SourceLanguage } from '../../../src/source/signature.ts'
import { ANGUS, openSandbox, runIn } from '../support.ts'

/** Issue 20: the memory that a sandbox may take, whatever is tried in it. */
const MAX_MEMORY = 400 * 2 ** 20
const FINE = {
  typescript: 'function f() { return "fine" }',
  python: 'import json\ndef f():\n  return json.loads(json.dumps("fine"))',
}
const ENDLESS = {
  typescript: 'function f() { for (;;) {} }',
  python: 'def f():\n  while True: pass',
}

/** Either it fails with these words, or it returns this: never anything else, and never for long. */
type Expected = RegExp | { readonly returns: unknown }
export type Attempt = readonly [name: string, source: string, expected: Expected]

export const LIMIT = /limit, and was stopped/
export const REFUSED = /may not|reaches no|Error|was stopped|ended the interpreter|MB of memory/
/** It ends by itself: what is written beyond the limit is counted. */
export const OUTPUT = /^null$/

/** Milliseconds: short for what only the limit ends. */
function limitOf(expected: Expected): number {
  if (expected === LIMIT) return 700
  return expected === OUTPUT ? 2_000 : 10_000
}

/** Each attempt is refused or bounded, and leaves the sandbox, its memory and this process as they were. */
export function expectBounded(language: SourceLanguage, attempts: readonly Attempt[]): void {
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

  it.each(attempts)(
    '%s is refused or bounded, and the next call is fine',
    async (_name, source, expected) => {
      const outcome = await attempt(source, expected)
      // A machine that is busy may need all of the time for it.
      if (expected instanceof RegExp && outcome.status !== 'timeout') {
        const text =
          outcome.status === 'success' ? JSON.stringify(outcome.result) : outcome.error?.message
        expect(text).toMatch(expected)
        if (expected === REFUSED) expect(outcome.status).not.toBe('success')
      } else if (!(expected instanceof RegExp)) {
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
    let turns = 0
    const count = setInterval(() => {
      turns += 1
    }, 5)
    const limits = { milliseconds: 1_000, outputChars: 10 }
    await runIn(sandbox, language, ENDLESS[language], { limits })
    clearInterval(count)
    expect(turns).toBeGreaterThan(10)
  })

  function attempt(source: string, expected: Expected): Promise<SandboxOutcome> {
    return runIn(sandbox, language, source, {
      agent: ANGUS,
      limits: { milliseconds: limitOf(expected), outputChars: 3_000 },
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
}
