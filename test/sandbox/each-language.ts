import { afterAll, beforeAll, describe } from 'vitest'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { LANGUAGES, openSandbox, runIn } from './support.ts'

/** The same scene in both languages. */
export type Both = { readonly typescript: string; readonly python: string }

export const ADD: Both = {
  typescript: 'export function f(a: number, b: number = 2): number { return a + b }',
  python: 'def f(a: int, b: int = 2) -> int:\n  return a + b',
}

type Run = (sources: Both, options?: Parameters<typeof runIn>[3]) => ReturnType<typeof runIn>

/** Tests for each language in a sandbox that has made its first call. */
export function describeInEach(
  title: string,
  tests: (run: Run, language: (typeof LANGUAGES)[number]) => void,
): void {
  describe.each(LANGUAGES)(title, (language) => {
    let sandbox: Sandbox
    beforeAll(async () => {
      sandbox = openSandbox()
      await runIn(sandbox, language, ADD[language], { arguments: { a: 1 } })
    }, 120_000)
    afterAll(() => sandbox.close())

    tests((sources, options = {}) => runIn(sandbox, language, sources[language], options), language)
  })
}
