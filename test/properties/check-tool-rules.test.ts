import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkToolRules } from '../../src/agent/rules/check-tool-rules.ts'
import { judge, type MadeCall } from '../../src/agent/rules/tool-rules.ts'
import type { ToolRule } from '../../src/core/tool-rule.ts'

const TOOLS = ['a', 'b', 'c', 'd']
const SEED = 20_261_121

const tool = fc.constantFrom(...TOOLS)
const children = fc.uniqueArray(tool, { minLength: 1, maxLength: 2 })
const rule: fc.Arbitrary<ToolRule> = fc.oneof(
  fc.record({
    type: fc.constantFrom(
      'run_first' as const,
      'exit_loop' as const,
      'required_before_exit' as const,
    ),
    toolName: tool,
  }),
  fc.record({
    type: fc.constantFrom('constrain_child_tools' as const, 'parent_last_tool' as const),
    toolName: tool,
    children,
  }),
  fc.record({
    type: fc.constant('conditional' as const),
    toolName: tool,
    cases: fc.array(fc.record({ equals: fc.constantFrom('1', '2'), tool }), {
      minLength: 1,
      maxLength: 2,
    }),
    defaultChild: fc.option(tool, { nil: null }),
    requireMatch: fc.boolean(),
  }),
)

/** Which tools any turn calls, and whether any turn can end, found by trying every turn there is. */
function tryAll(rules: readonly ToolRule[]): { called: ReadonlySet<string>; canEnd: boolean } {
  const called = new Set<string>()
  const seen = new Set<string>()
  const open: (readonly MadeCall[])[] = [[]]
  let canEnd = false
  for (const calls of open) {
    const verdict = judge(rules, TOOLS, calls)
    // Where a required match is missing the turn ends as well.
    const isUnmatched = verdict.due?.kind === 'next' && verdict.due.tools.length === 0
    canEnd ||= verdict.ended || verdict.due === null || isUnmatched
    for (const name of verdict.allowed) {
      called.add(name)
      for (const returned of ['1', '2', '3']) {
        const names = new Set(calls.map((call) => call.name)).add(name)
        const state = JSON.stringify([name, returned, [...names].sort()])
        if (seen.has(state)) continue
        seen.add(state)
        // Only the names matter of calls before the last.
        open.push([...calls, { name, outcome: 'success', returned }])
      }
    }
  }
  return { called, canEnd }
}

it('refuses no tool that some turn can call, and accepts no rules with which no turn can end', () => {
  const refusals = { unreachable: 0, endless: 0, accepted: 0 }
  fc.assert(
    fc.property(fc.array(rule, { minLength: 1, maxLength: 5 }), (rules) => {
      const { called, canEnd } = tryAll(rules)
      const refusal = refusalOf(rules)
      const unreachable = /^The tool (\w) .*can never be called/.exec(refusal ?? '')?.[1]
      if (unreachable !== undefined) {
        refusals.unreachable += 1
        expect(called).not.toContain(unreachable)
      } else if (refusal === undefined) {
        refusals.accepted += 1
        expect(canEnd).toBe(true)
      } else if (refusal.includes('without end')) refusals.endless += 1
    }),
    { numRuns: 3_000, seed: SEED },
  )
  for (const count of Object.values(refusals)) expect(count).toBeGreaterThan(20)
})

function refusalOf(rules: readonly ToolRule[]): string | undefined {
  try {
    checkToolRules(rules, TOOLS)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
