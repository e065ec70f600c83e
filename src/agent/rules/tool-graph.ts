import type { ToolRule, ToolRuleType } from '../../core/tool-rule.ts'
import { judge, ofType, toolsOf } from './tool-rules.ts'

/** What may come after a call, depending on what it returned. */
export interface Outcome {
  readonly next: readonly string[]
  /** What the rules about order ask for, whether or not it may be called. */
  readonly wanted: readonly string[]
  /** The turn can't end before one of `next` is called. */
  readonly forced: boolean
  /** Nothing may follow, because a match is required and there is none. */
  readonly strict: boolean
}

/** Every way a turn can take as far as the order of tools goes. Limits and what is required are not looked at. */
export interface ToolGraph {
  readonly outcomes: ReadonlyMap<string, readonly Outcome[]>
  /** Tools that end the turn. */
  readonly terminal: ReadonlySet<string>
  /** Tools that some turn can come to. */
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

/** These tools and all that can come after them. */
export function reachableFrom(
  { outcomes }: Pick<ToolGraph, 'outcomes'>,
  tools: readonly string[],
): ReadonlySet<string> {
  const found = new Set(tools)
  // What is added while it is walked is walked too.
  for (const tool of found) {
    for (const { next } of outcomes.get(tool) ?? []) for (const one of next) found.add(one)
  }
  return found
}

/** One that is called before another which is required and ends the turn as well does not end it by itself. */
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
  // Longer than any of them, so it is none of them.
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
