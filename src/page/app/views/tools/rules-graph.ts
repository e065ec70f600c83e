import type { ToolRule } from '../../mcp/shapes.ts'

/* Tool rules as a drawing: from where the turn begins, through tools in columns, to where it ends. Pure. */

export const BEGIN = 'the turn begins'
export const END = 'the turn ends'

export interface RuleNode {
  readonly name: string
  readonly column: number
  readonly row: number
  /** Other rules about it, such as how often it may be called. */
  readonly notes: readonly string[]
}

export interface RuleEdge {
  readonly from: string
  readonly to: string
  readonly label: string
}

export interface RulesGraph {
  readonly nodes: readonly RuleNode[]
  readonly edges: readonly RuleEdge[]
  readonly columns: number
  readonly rows: number
}

export function rulesGraph(rules: readonly ToolRule[]): RulesGraph {
  const edges = edgesOf(rules)
  const names = [...new Set(rules.flatMap((rule) => [rule.tool_name, ...targetsOf(rule)]))]
  const depth = depthsOf(names, edges)
  const last = Math.max(0, ...names.map((name) => depth.get(name) ?? 1)) + 1
  const hasEnd = edges.some(({ to }) => to === END)
  const filled: number[] = []
  const placed = [BEGIN, ...names, ...(hasEnd ? [END] : [])].map((name): RuleNode => {
    const column = name === BEGIN ? 0 : name === END ? last : (depth.get(name) ?? 1)
    const row = filled[column] ?? 0
    filled[column] = row + 1
    return { name, column, row, notes: notesOf(rules, name) }
  })
  return {
    nodes: placed,
    edges,
    columns: hasEnd ? last + 1 : last,
    rows: Math.max(1, ...filled.map((number) => number ?? 0)),
  }
}

function edgesOf(rules: readonly ToolRule[]): readonly RuleEdge[] {
  return rules.flatMap((rule): readonly RuleEdge[] => {
    const { tool_name: from } = rule
    switch (rule.type) {
      case 'run_first':
        return [{ from: BEGIN, to: from, label: 'first' }]
      case 'exit_loop':
        return [{ from, to: END, label: '' }]
      case 'required_before_exit':
        return [{ from, to: END, label: 'needed' }]
      case 'constrain_child_tools':
        return (rule.children ?? []).map((to) => ({ from, to, label: 'then' }))
      case 'parent_last_tool':
        return (rule.children ?? []).map((to) => ({ from, to, label: 'only after' }))
      case 'conditional':
        return [
          ...(rule.cases ?? []).map(({ equals, tool }) => ({
            from,
            to: tool,
            label: `= ${equals}`,
          })),
          ...(rule.default_child ? [{ from, to: rule.default_child, label: 'otherwise' }] : []),
        ]
      default:
        return []
    }
  })
}

function targetsOf(rule: ToolRule): readonly string[] {
  const { children = [], cases = [], default_child: other } = rule
  return [...children, ...cases.map(({ tool }) => tool), ...(other ? [other] : [])]
}

/** Steps from the beginning; rules may go round in circles, so each tool is placed once. */
function depthsOf(
  names: readonly string[],
  edges: readonly RuleEdge[],
): ReadonlyMap<string, number> {
  const depth = new Map<string, number>()
  const hasParent = new Set(edges.filter(({ from }) => from !== BEGIN).map(({ to }) => to))
  const firsts = edges.filter(({ from }) => from === BEGIN).map(({ to }) => to)
  const roots = names.filter((name) => firsts.includes(name) || !hasParent.has(name))
  let now: readonly string[] = roots.length > 0 ? roots : names.slice(0, 1)
  for (let column = 1; now.length > 0; column += 1) {
    const fresh = now.filter((name) => !depth.has(name) && name !== END)
    for (const name of fresh) depth.set(name, column)
    now = edges.filter(({ from }) => fresh.includes(from)).map(({ to }) => to)
  }
  return depth
}

function notesOf(rules: readonly ToolRule[], name: string): readonly string[] {
  return rules.flatMap((rule) => {
    if (rule.tool_name !== name) return []
    switch (rule.type) {
      case 'max_count_per_step':
        return [`at most ${rule.limit} times`]
      case 'requires_approval':
        return ['asks a person']
      case 'continue_loop':
        return ['then goes on']
      default:
        return []
    }
  })
}

/** A rule as a sentence. */
export function sentenceOf(rule: ToolRule): string {
  const { tool_name: tool, children = [] } = rule
  switch (rule.type) {
    case 'run_first':
      return `${tool} is called first.`
    case 'exit_loop':
      return `After ${tool} the turn ends.`
    case 'continue_loop':
      return `After ${tool} the agent goes on.`
    case 'constrain_child_tools':
      return `After ${tool} only ${children.join(' or ')} may follow.`
    case 'parent_last_tool':
      return `${children.join(' and ')} may only follow ${tool}.`
    case 'conditional':
      return conditionOf(rule)
    case 'max_count_per_step':
      return `${tool} is called at most ${rule.limit} times in a run.`
    case 'required_before_exit':
      return `The turn can't end before ${tool} was called.`
    case 'requires_approval':
      return `A person approves each call of ${tool}.`
    default:
      return `${rule.type}: ${tool}`
  }
}

function conditionOf({ tool_name, cases = [], default_child: other }: ToolRule): string {
  const parts = cases.map(({ equals, tool }) => `${tool} if it returns “${equals}”`)
  return `After ${tool_name}: ${[...parts, ...(other ? [`otherwise ${other}`] : [])].join(', ')}.`
}
