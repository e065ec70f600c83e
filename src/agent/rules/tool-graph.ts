import type { ToolRule, ToolRuleType } from '../../core/tool-rule.ts'
import { judge, ofType, toolsOf } from './tool-rules.ts'

/** The calls that may follow a call, depending on its result. */
export interface Outcome {
  readonly next: readonly string[]
  /** The tools that rules about order require next, whether or not they may be called. */
  readonly wanted: readonly string[]
  /** The turn can't end before one of `next` is called. */
  readonly forced: boolean
  /** No call may follow, because a match is required and there is none. */
  readonly strict: boolean
}

/** Every order of tools that a turn can take. Limits and required tools are ignored. */
export interface ToolGraph {
  readonly outcomes: ReadonlyMap<string, readonly Outcome[]>
  /** Tools that end the turn. */
  readonly terminal: ReadonlySet<string>
  /** Tools that some turn can reach. */
  readonly reachable: ReadonlySet<string>
}

const ABOUT_ORDER: readonly ToolRuleType[] = [
  'run_first',
  'constrain_child_tools',
  'parent_last_tool',
  'conditional',
]

export function toolGraph(rules: readonly ToolRule[], tools: readonly string[]): ToolGraph {
  const order = rules.filter((rule) => ABOUT_ORDER.includes(rule.type))
  const terminal = terminalTools(rules)
  const outcomes = new Map(
    tools.map((tool) => [tool, terminal.has(tool) ? [] : outcomesOf(order, tools, tool)]),
  )
  const graph = { outcomes, terminal, reachable: new Set<string>() }
  return { ...graph, reachable: reachableFrom(graph, judge(order, tools, []).allowed) }
}

/** These tools and all that can follow them. */
export function reachableFrom(
  { outcomes }: Pick<ToolGraph, 'outcomes'>,
  tools: readonly string[],
): ReadonlySet<string> {
  const found = new Set(tools)
  // Iteration over a set also visits members added meanwhile.
  for (const tool of found) {
    for (const { next } of outcomes.get(tool) ?? []) for (const one of next) found.add(one)
  }
  return found
}

/** A tool that must come before another required, terminal tool does not end the turn by itself. */
function terminalTools(rules: readonly ToolRule[]): ReadonlySet<string> {
  const required = toolsOf(rules, 'required_before_exit')
  const endings = toolsOf(rules, 'exit_loop')
  return new Set(
    endings.filter((tool) => !endings.some((other) => other !== tool && required.includes(other))),
  )
}

function outcomesOf(
  order: readonly ToolRule[],
  tools: readonly string[],
  tool: string,
): readonly Outcome[] {
  const own = ofType(order, 'conditional').filter((rule) => rule.toolName === tool)
  const values = own.flatMap((rule) => rule.cases).map((one) => one.equals)
  // Longer than each of them, so it equals none of them.
  const noMatch = `${values.join(' ')} and no other`
  const strict = own.some((rule) => rule.requireMatch) && own.every((rule) => !rule.defaultChild)
  return [...new Set(values), noMatch].map((returned): Outcome => {
    const verdict = judge(order, tools, [{ name: tool, outcome: 'success', returned }])
    return {
      next: verdict.allowed,
      wanted: verdict.due?.tools ?? [],
      forced: verdict.due !== null,
      strict: strict && returned === noMatch,
    }
  })
}
