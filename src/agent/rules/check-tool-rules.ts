import { UserError } from '../../core/errors.ts'
import { type ToolRule, toolsIn } from '../../core/tool-rule.ts'
import { type Outcome, reachableFrom, type ToolGraph, toolGraph } from './tool-graph.ts'
import { listed } from './tool-rule-texts.ts'
import { hasRule, ofType, toolsOf } from './tool-rules.ts'

/**
 * Refuses rules that can never be kept or never take effect with these tools, so that their author is told. Conflicts
 * that occur only in some turns are left to the run.
 */
export function checkToolRules(rules: readonly ToolRule[], tools: readonly string[]): void {
  if (rules.length === 0) return
  checkAttached(rules, tools)
  checkContradictions(rules)
  const graph = toolGraph(rules, tools)
  checkReachable(rules, graph)
  checkDeadEnds(graph)
  checkWaysOut(rules, graph)
}

function checkAttached(rules: readonly ToolRule[], tools: readonly string[]): void {
  for (const rule of rules) {
    const name = toolsIn(rule).find((tool) => !tools.includes(tool))
    if (name === undefined) continue
    throw refusal(
      `The tool rule ${rule.type} of ${rule.toolName} names ${JSON.stringify(name)}, which is none of the agent's tools (${tools.join(', ')})`,
      'Add it to tools, or take it out of tool_rules; both can be given in one call.',
    )
  }
}

function checkContradictions(rules: readonly ToolRule[]): void {
  for (const tool of toolsOf(rules, 'exit_loop')) {
    if (!hasRule(rules, 'continue_loop', tool)) continue
    throw refusal(
      `The tool rules exit_loop and continue_loop of ${tool} contradict each other`,
      'Keep one of them.',
    )
  }
  for (const tool of toolsOf(rules, 'max_count_per_step')) {
    const own = ofType(rules, 'max_count_per_step').filter((rule) => rule.toolName === tool)
    const limits = [...new Set(own.map((rule) => rule.limit))]
    if (limits.length === 1) continue
    throw refusal(
      `The tool rules max_count_per_step of ${tool} contradict each other: the limits are ${listed(limits.map(String), 'and')}`,
      'Keep one of them.',
    )
  }
}

function checkReachable(rules: readonly ToolRule[], { reachable }: ToolGraph): void {
  for (const rule of rules) {
    const name = toolsIn(rule).find((tool) => !reachable.has(tool))
    if (name === undefined) continue
    const [can, verb] = hasRule(rules, 'required_before_exit', name)
      ? ['is required before the end of a turn, and can', 'be called before that']
      : ['is named in the tool rules, and can', 'be called']
    throw refusal(
      `The tool ${name} ${can} never ${verb}: run_first, the children of other tools, and exit_loop leave no way to it`,
      `Make it a child of a tool that can be called, or take the ${rule.type} rule of ${rule.toolName} away.`,
    )
  }
}

function checkDeadEnds({ reachable, outcomes }: ToolGraph): void {
  for (const tool of reachable) {
    const dead = (outcomes.get(tool) ?? []).find((outcome) => isDeadEnd(outcome))
    if (!dead) continue
    const wanted = listed(dead.wanted, 'or')
    throw refusal(
      wanted === ''
        ? `The children and the conditional cases of ${tool} have no tool in common, so nothing can be called after it`
        : `After ${tool} the tool rules want ${wanted}, and other rules keep that from being called there`,
      'Change the children so that a tool is left which all rules about the moment allow.',
    )
  }
}

/** An unintended dead end. With `require_match`, an unmatched result is meant to allow no call. */
function isDeadEnd({ forced, next, strict }: Outcome): boolean {
  return forced && next.length === 0 && !strict
}

function checkWaysOut(rules: readonly ToolRule[], graph: ToolGraph): void {
  const limited = toolsOf(rules, 'max_count_per_step')
  for (const tool of graph.reachable) {
    const ahead = reachableFrom(graph, [tool])
    const isOut = [...ahead].some(
      (one) =>
        limited.includes(one) ||
        graph.terminal.has(one) ||
        (graph.outcomes.get(one) ?? []).some((outcome) => !outcome.forced || outcome.strict),
    )
    if (isOut) continue
    throw refusal(
      `After ${tool} the tool rules force a call of ${listed([...ahead], 'or')} without end`,
      'Add an exit_loop rule for one of them, or a child after which the agent is free.',
    )
  }
}

function refusal(problem: string, advice: string): UserError {
  return new UserError('invalid_argument', `${problem}. ${advice}`)
}
