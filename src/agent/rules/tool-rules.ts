import type { RuleOf, ToolRule, ToolRuleType } from '../../core/tool-rule.ts'
import { sameValue } from './same-value.ts'

/** A call of the run so far, with its result. */
export interface MadeCall {
  readonly name: string
  /** `refused`: it never ran and is ignored. */
  readonly outcome: 'success' | 'failed' | 'refused'
  /** The result as returned. */
  readonly returned: string
}

/** Why a tool can't be called now. */
export type Exclusion =
  | { readonly kind: 'over' }
  | { readonly kind: 'not_first'; readonly first: readonly string[] }
  /** Without `next`, no call may follow the result of `after`. */
  | { readonly kind: 'not_next'; readonly after: string; readonly next: readonly string[] }
  | { readonly kind: 'not_after'; readonly parents: readonly string[] }
  | { readonly kind: 'used_up'; readonly limit: number }
  | { readonly kind: 'too_early'; readonly missing: readonly string[] }

/** Another call must come before the turn may end. */
export interface Due {
  readonly kind: 'first' | 'next' | 'required'
  readonly tools: readonly string[]
}

export interface Verdict {
  /** The tools that may be called next, in the agent's order. Empty: none, never all. */
  readonly allowed: readonly string[]
  readonly excluded: ReadonlyMap<string, Exclusion>
  /** Null: the turn may end. */
  readonly due: Due | null
  /** A terminal tool was called and no required call is missing: the turn is over. */
  readonly ended: boolean
}

/**
 * Applies the rules to the next call of a run. A rule about order looks at the last successful call, and only
 * successful calls count as called; a limit counts every call that ran. Several rules of one type for one tool are
 * combined; rules of different types must all be kept.
 */
export function judge(
  rules: readonly ToolRule[],
  tools: readonly string[],
  calls: readonly MadeCall[],
): Verdict {
  const done = calls.filter((call) => call.outcome === 'success')
  const called = new Set(done.map((call) => call.name))
  const missing = toolsOf(rules, 'required_before_exit').filter(
    (tool) => tools.includes(tool) && !called.has(tool),
  )
  const endings = toolsOf(rules, 'exit_loop')
  const ended = missing.length === 0 && endings.some((tool) => called.has(tool))
  const last = done.at(-1)
  const first = last ? [] : toolsOf(rules, 'run_first')
  const next = last && nextTools(rules, last)

  function whyNot(tool: string): Exclusion | undefined {
    if (ended) return { kind: 'over' }
    if (first.length > 0) {
      if (!first.includes(tool)) return { kind: 'not_first', first }
    } else {
      if (last && next && !next.includes(tool)) return { kind: 'not_next', after: last.name, next }
      const parental = whyNotAfter(rules, last?.name, tool)
      if (parental) return parental
    }
    const limit = limitOf(rules, tool)
    if (attempts(calls, tool) >= limit) return { kind: 'used_up', limit }
    // It would end the turn before the tools that must come first.
    const before = missing.filter((other) => other !== tool && !endings.includes(other))
    const early = endings.includes(tool) && before.length > 0
    return early ? { kind: 'too_early', missing: before } : undefined
  }

  const excluded = new Map<string, Exclusion>()
  for (const tool of tools) {
    const why = whyNot(tool)
    if (why) excluded.set(tool, why)
  }
  const due = ended ? null : whatIsDue(first, next, missing)
  return { allowed: tools.filter((tool) => !excluded.has(tool)), excluded, due, ended }
}

export function hasRule(rules: readonly ToolRule[], type: ToolRuleType, tool: string): boolean {
  return rules.some((rule) => rule.type === type && rule.toolName === tool)
}

/** The tools that have a rule of this type, each once. */
export function toolsOf(rules: readonly ToolRule[], type: ToolRuleType): readonly string[] {
  return [...new Set(ofType(rules, type).map((rule) => rule.toolName))]
}

export function ofType<T extends ToolRuleType>(
  rules: readonly ToolRule[],
  type: T,
): readonly RuleOf<T>[] {
  return rules.filter((rule): rule is RuleOf<T> => rule.type === type)
}

function whatIsDue(
  first: readonly string[],
  next: readonly string[] | undefined,
  missing: readonly string[],
): Due | null {
  if (first.length > 0) return { kind: 'first', tools: first }
  if (next) return { kind: 'next', tools: next }
  return missing.length > 0 ? { kind: 'required', tools: missing } : null
}

/** The tools that must follow this call; undefined: any may. */
function nextTools(rules: readonly ToolRule[], last: MadeCall): readonly string[] | undefined {
  const own = ofType(rules, 'constrain_child_tools').filter((rule) => rule.toolName === last.name)
  const children = own.length === 0 ? undefined : own.flatMap((rule) => rule.children)
  const matching = matchingTools(rules, last)
  if (children && matching) return children.filter((tool) => matching.includes(tool))
  return children ?? matching
}

function matchingTools(rules: readonly ToolRule[], last: MadeCall): readonly string[] | undefined {
  const own = ofType(rules, 'conditional').filter((rule) => rule.toolName === last.name)
  const cases = own.flatMap((rule) => rule.cases)
  const match = cases.find(({ equals }) => sameValue(last.returned, equals))
  if (match) return [match.tool]
  const defaults = own.flatMap((rule) => rule.defaultChild ?? [])
  if (defaults.length > 0) return defaults
  return own.some((rule) => rule.requireMatch) ? [] : undefined
}

/** Right after a parent only its children may be called; at any other time they may not. */
function whyNotAfter(
  rules: readonly ToolRule[],
  last: string | undefined,
  tool: string,
): Exclusion | undefined {
  const parental = ofType(rules, 'parent_last_tool')
  const next = parental.filter((rule) => rule.toolName === last).flatMap((rule) => rule.children)
  if (last !== undefined && next.length > 0) {
    return next.includes(tool) ? undefined : { kind: 'not_next', after: last, next }
  }
  const parents = parental.filter((rule) => rule.children.includes(tool))
  if (parents.length === 0) return undefined
  return { kind: 'not_after', parents: parents.map((rule) => rule.toolName) }
}

function limitOf(rules: readonly ToolRule[], tool: string): number {
  const own = ofType(rules, 'max_count_per_step').filter((rule) => rule.toolName === tool)
  return Math.min(...own.map((rule) => rule.limit))
}

function attempts(calls: readonly MadeCall[], tool: string): number {
  return calls.filter((call) => call.name === tool && call.outcome !== 'refused').length
}
