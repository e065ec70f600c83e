import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judge, type MadeCall } from '../../src/agent/rules/tool-rules.ts'
import type { ToolRule } from '../../src/core/tool-rule.ts'

/*
 * The solver against a reading of the rules that is as literal as can be: one sentence after the other, for one tool at
 * a time, by walking over the whole list of calls. It shares nothing with the solver but the types.
 */

const TOOLS = ['a', 'b', 'c', 'd', 'e'] as const
const SEED = 20_261_120

/** Values that tools return, and the texts that a rule's author may write for them. */
const RETURNED = [
  'yes',
  '"yes"',
  ' yes ',
  'true',
  'True',
  '42',
  '42.0',
  '-1e2',
  '{"a":1}',
  '',
  'no',
]
const WRITTEN = ['yes', 'true', 'TRUE', '42', '42.0', '-100', '{"a":1}', 'no', 'null']

/** Which returned texts are which written value; written down, not computed. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  yes: ['yes', '"yes"', ' yes '],
  true: ['true', 'True'],
  TRUE: ['true', 'True'],
  '42': ['42', '42.0'],
  '42.0': ['42', '42.0'],
  '-100': ['-1e2'],
  '{"a":1}': ['{"a":1}'],
  no: ['no'],
  null: [],
}

const tool = fc.constantFrom(...TOOLS)
const children = fc.uniqueArray(tool, { minLength: 1, maxLength: 3 })
const rule: fc.Arbitrary<ToolRule> = fc.oneof(
  fc.record({
    type: fc.constantFrom(
      'run_first' as const,
      'exit_loop' as const,
      'continue_loop' as const,
      'required_before_exit' as const,
      'requires_approval' as const,
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
    cases: fc.array(fc.record({ equals: fc.constantFrom(...WRITTEN), tool }), {
      minLength: 1,
      maxLength: 3,
    }),
    defaultChild: fc.option(tool, { nil: null }),
    requireMatch: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('max_count_per_step' as const),
    toolName: tool,
    limit: fc.integer({ min: 1, max: 3 }),
  }),
)
const call: fc.Arbitrary<MadeCall> = fc.record({
  name: tool,
  outcome: fc.constantFrom(
    'success' as const,
    'success' as const,
    'failed' as const,
    'refused' as const,
  ),
  returned: fc.constantFrom(...RETURNED),
})
const situation = fc.record({
  rules: fc.array(rule, { maxLength: 6 }),
  tools: fc.uniqueArray(tool, { minLength: 1 }),
  calls: fc.array(call, { maxLength: 6 }),
})
type Situation = typeof situation extends fc.Arbitrary<infer T> ? T : never

function lastSuccess(calls: readonly MadeCall[]): MadeCall | null {
  let last: MadeCall | null = null
  for (const one of calls) if (one.outcome === 'success') last = one
  return last
}

function succeeded(calls: readonly MadeCall[], name: string): boolean {
  for (const one of calls) if (one.name === name && one.outcome === 'success') return true
  return false
}

function missing({ rules, tools, calls }: Situation): readonly string[] {
  const names: string[] = []
  for (const one of rules) {
    if (one.type !== 'required_before_exit') continue
    if (!tools.some((attached) => attached === one.toolName)) continue
    if (!succeeded(calls, one.toolName) && !names.includes(one.toolName)) names.push(one.toolName)
  }
  return names
}

function isOver(now: Situation): boolean {
  if (missing(now).length > 0) return false
  for (const one of now.rules) {
    if (one.type === 'exit_loop' && succeeded(now.calls, one.toolName)) return true
  }
  return false
}

/** Tools that the last call demands next, as lists: the next call must be in each. `null`: nothing is demanded. */
function mustFollow({ rules, calls }: Situation): readonly (readonly string[])[] | null {
  const last = lastSuccess(calls)
  if (last === null) return null
  const demands: string[][] = []

  const childSets: string[] = []
  let hasChildRule = false
  for (const one of rules) {
    if (one.type !== 'constrain_child_tools' || one.toolName !== last.name) continue
    hasChildRule = true
    childSets.push(...one.children)
  }
  if (hasChildRule) demands.push(childSets)

  let matched: string | null = null
  let mustMatch = false
  const defaults: string[] = []
  for (const one of rules) {
    if (one.type !== 'conditional' || one.toolName !== last.name) continue
    for (const { equals, tool: next } of one.cases) {
      if (matched === null && (SAME[equals] ?? []).includes(last.returned)) matched = next
    }
    if (one.defaultChild !== null) defaults.push(one.defaultChild)
    if (one.requireMatch) mustMatch = true
  }
  if (matched !== null) demands.push([matched])
  else if (defaults.length > 0) demands.push(defaults)
  else if (mustMatch) demands.push([])

  return demands.length === 0 ? null : demands
}

function beginsWith({ rules, calls }: Situation): readonly string[] {
  if (lastSuccess(calls) !== null) return []
  return rules.filter((one) => one.type === 'run_first').map((one) => one.toolName)
}

function mayBeCalled(now: Situation, name: string): boolean {
  const { rules, tools, calls } = now
  if (!tools.some((attached) => attached === name)) return false
  if (isOver(now)) return false

  // A limit counts every call that ran, whether or not it succeeded.
  for (const one of rules) {
    if (one.type !== 'max_count_per_step' || one.toolName !== name) continue
    let ran = 0
    for (const made of calls) if (made.name === name && made.outcome !== 'refused') ran += 1
    if (ran >= one.limit) return false
  }

  // A tool that ends the turn waits for those that are required and do not end it themselves.
  if (rules.some((one) => one.type === 'exit_loop' && one.toolName === name)) {
    for (const other of missing(now)) {
      const endsToo = rules.some((one) => one.type === 'exit_loop' && one.toolName === other)
      if (other !== name && !endsToo) return false
    }
  }

  // Until a call has succeeded, tools that run first are all there is, and no rule about a parent counts.
  const first = beginsWith(now)
  if (first.length > 0) return first.includes(name)

  for (const demand of mustFollow(now) ?? []) if (!demand.includes(name)) return false

  const last = lastSuccess(calls)
  let isParent = false
  let isOwnChild = false
  let isSomeChild = false
  for (const one of rules) {
    if (one.type !== 'parent_last_tool') continue
    if (last !== null && one.toolName === last.name) {
      isParent = true
      if (one.children.includes(name)) isOwnChild = true
    }
    if (one.children.includes(name)) isSomeChild = true
  }
  return isParent ? isOwnChild : !isSomeChild
}

function mayEnd(now: Situation): boolean {
  if (isOver(now)) return true
  return beginsWith(now).length === 0 && mustFollow(now) === null && missing(now).length === 0
}

describe('the solver of tool rules', () => {
  it('agrees with a literal reading of the rules over 10,000 rule sets and call sequences', () => {
    let narrowed = 0
    let empty = 0
    let over = 0
    fc.assert(
      fc.property(situation, (now) => {
        const verdict = judge(now.rules, now.tools, now.calls)
        const allowed = now.tools.filter((name) => mayBeCalled(now, name))
        if (allowed.length < now.tools.length) narrowed += 1
        if (allowed.length === 0) empty += 1
        if (isOver(now)) over += 1
        expect(verdict.allowed).toEqual(allowed)
        expect([...verdict.excluded.keys()]).toEqual(
          now.tools.filter((name) => !allowed.includes(name)),
        )
        expect(verdict.due === null).toBe(mayEnd(now))
        expect(verdict.ended).toBe(isOver(now))
      }),
      { numRuns: 10_000, seed: SEED },
    )
    // The situations are worth something: rules bite in most, and each kind of end is among them.
    expect(narrowed).toBeGreaterThan(4_000)
    expect(empty).toBeGreaterThan(500)
    expect(over).toBeGreaterThan(250)
  }, 20_000)

  it('never allows more than the tools that the agent has, and all of them without rules', () => {
    fc.assert(
      fc.property(situation, ({ rules, tools, calls }) => {
        for (const name of judge(rules, tools, calls).allowed) expect(tools).toContain(name)
        expect(judge([], tools, calls)).toMatchObject({ allowed: tools, due: null, ended: false })
      }),
      { numRuns: 1_000, seed: SEED },
    )
  })
})
