import type { ToolRule, ToolRuleType } from '../../core/tool-rule.ts'
import { listed, ruleText } from './tool-rule-texts.ts'
import { type Exclusion, ofType, toolsOf, type Verdict } from './tool-rules.ts'

/** The rules as the model reads them in its system message; empty without rules. Depends on the rules alone. */
export function renderToolRules(rules: readonly ToolRule[]): string {
  if (rules.length === 0) return ''
  const first = toolsOf(rules, 'run_first')
  const lines = [
    ...(first.length > 0 ? [ruleText('run_first', { TOOLS: listed(first, 'or') })] : []),
    ...childLines(rules),
    ...toolsOf(rules, 'conditional').map((tool) => conditionalLine(rules, tool)),
    ...limitLines(rules),
    ...plainLines(rules, 'required_before_exit'),
    ...plainLines(rules, 'requires_approval'),
    ...plainLines(rules, 'continue_loop'),
    ...plainLines(rules, 'exit_loop'),
  ]
  return `${ruleText('heading')}\n\n${lines.join('\n')}`
}

/** The answer to a call that the rules exclude; undefined: it is allowed, or there is no such tool. */
export function refusalOf(verdict: Verdict, tool: string): string | undefined {
  const why = verdict.excluded.get(tool)
  if (!why) return undefined
  const ADVICE =
    verdict.allowed.length > 0
      ? ruleText('refused_advice', { ALLOWED: listed(verdict.allowed, 'or') })
      : ruleText('refused_advice_none')
  return ruleText('refused', { TOOL: tool, REASON: reason(why), ADVICE })
}

/** For the newest message of the next request: the call required before the turn may end, or that none is possible. */
export function standingLine(verdict: Verdict): readonly string[] {
  const { allowed, excluded, due } = verdict
  if (allowed.length === 0 && excluded.size > 0) {
    const reasons = [...excluded].map(([tool, why]) => `${tool}: ${reason(why)}`)
    return [ruleText('stuck', { REASONS: reasons.join('; ') })]
  }
  if (!due) return []
  if (due.kind === 'required') {
    return [ruleText('due_required', { TOOLS: listed(due.tools, 'and') })]
  }
  return [ruleText(`due_${due.kind}`, { TOOLS: listed(allowed, 'or') })]
}

function reason(why: Exclusion): string {
  switch (why.kind) {
    case 'over':
      return ruleText('over')
    case 'not_first':
      return ruleText('not_first', { TOOLS: listed(why.first, 'or') })
    case 'not_next':
      return why.next.length === 0
        ? ruleText('not_next_none', { AFTER: why.after })
        : ruleText('not_next', { AFTER: why.after, TOOLS: listed(why.next, 'or') })
    case 'not_after':
      return ruleText('not_after', { PARENTS: listed(why.parents, 'or') })
    case 'used_up':
      return ruleText('used_up', { TIMES: times(why.limit) })
    case 'too_early':
      return ruleText('too_early', { MISSING: listed(why.missing, 'and') })
  }
}

function childLines(rules: readonly ToolRule[]): readonly string[] {
  const childrenOf = (type: 'constrain_child_tools' | 'parent_last_tool', tool: string) =>
    ofType(rules, type)
      .filter((rule) => rule.toolName === tool)
      .flatMap((rule) => rule.children)
  const parental = ofType(rules, 'parent_last_tool')
  const gated = [...new Set(parental.flatMap((rule) => rule.children))]
  return [
    ...(['constrain_child_tools', 'parent_last_tool'] as const).flatMap((type) =>
      toolsOf(rules, type).map((tool) =>
        ruleText(type, { TOOL: tool, CHILDREN: listed(childrenOf(type, tool), 'or') }),
      ),
    ),
    ...gated.map((child) => {
      const parents = parental.filter((rule) => rule.children.includes(child))
      const names = parents.map((rule) => rule.toolName)
      return ruleText('parent_last_tool_children', { CHILD: child, PARENTS: listed(names, 'or') })
    }),
  ]
}

function conditionalLine(rules: readonly ToolRule[], tool: string): string {
  const own = ofType(rules, 'conditional').filter((rule) => rule.toolName === tool)
  const cases = own
    .flatMap((rule) => rule.cases)
    .map((one) =>
      ruleText('conditional_case', { VALUE: JSON.stringify(one.equals), CHILD: one.tool }),
    )
  const defaults = own.flatMap((rule) => rule.defaultChild ?? [])
  const otherwise = own.some((rule) => rule.requireMatch) ? 'strict' : 'open'
  const rest =
    defaults.length > 0
      ? ruleText('conditional_default', { CHILDREN: listed(defaults, 'or') })
      : ruleText(`conditional_${otherwise}`)
  return ruleText('conditional', { TOOL: tool, CASES: [...cases, rest].join('; ') })
}

function limitLines(rules: readonly ToolRule[]): readonly string[] {
  return toolsOf(rules, 'max_count_per_step').map((tool) => {
    const own = ofType(rules, 'max_count_per_step').filter((rule) => rule.toolName === tool)
    const limit = Math.min(...own.map((rule) => rule.limit))
    return ruleText('max_count_per_step', { TOOL: tool, TIMES: times(limit) })
  })
}

function times(limit: number): string {
  return limit === 1 ? 'once' : `${limit} times`
}

function plainLines(rules: readonly ToolRule[], type: ToolRuleType): readonly string[] {
  return toolsOf(rules, type).map((TOOL) => ruleText(type, { TOOL }))
}
