import { z } from 'zod'
import { UserError } from './errors.ts'

const toolName = z.string()
const children = z.array(z.string()).readonly()
const cases = z.array(z.object({ equals: z.string(), tool: z.string() }).readonly()).readonly()

/** The stored form. A rule counts calls within one run, although the field name says "per step". */
const ToolRule = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run_first'), toolName }).readonly(),
  z.object({ type: z.literal('exit_loop'), toolName }).readonly(),
  z.object({ type: z.literal('continue_loop'), toolName }).readonly(),
  z.object({ type: z.literal('constrain_child_tools'), toolName, children }).readonly(),
  z.object({ type: z.literal('parent_last_tool'), toolName, children }).readonly(),
  z
    .object({
      type: z.literal('conditional'),
      toolName,
      /** The first matching case applies. */
      cases,
      /** Next tool if no case matches; null: any tool, or none if a match is required. */
      defaultChild: z.string().nullable(),
      requireMatch: z.boolean(),
    })
    .readonly(),
  z.object({ type: z.literal('max_count_per_step'), toolName, limit: z.int() }).readonly(),
  z.object({ type: z.literal('required_before_exit'), toolName }).readonly(),
  z.object({ type: z.literal('requires_approval'), toolName }).readonly(),
])
export type ToolRule = z.infer<typeof ToolRule>
export type ToolRuleType = ToolRule['type']
export type RuleOf<T extends ToolRuleType> = Extract<ToolRule, { readonly type: T }>

export const ToolRules = z.array(ToolRule).readonly()

/** A rule as clients write it: one flat object for all types. */
export interface FlatToolRule {
  readonly type: string
  readonly tool_name: string
  readonly children?: readonly string[] | undefined
  readonly cases?: readonly { readonly equals: string; readonly tool: string }[] | undefined
  readonly default_child?: string | undefined
  readonly require_match?: boolean | undefined
  readonly limit?: number | undefined
}

type Option = Exclude<keyof FlatToolRule, 'type' | 'tool_name'>

/** Fields of each rule type besides the tool name. */
const OPTIONS: Readonly<Record<ToolRuleType, readonly Option[]>> = {
  run_first: [],
  exit_loop: [],
  continue_loop: [],
  constrain_child_tools: ['children'],
  parent_last_tool: ['children'],
  conditional: ['cases', 'default_child', 'require_match'],
  max_count_per_step: ['limit'],
  required_before_exit: [],
  requires_approval: [],
}

/** Class names of Letta's rules, which its own examples use as the type. */
const CLASS_NAMES: Readonly<Record<string, ToolRuleType>> = {
  InitToolRule: 'run_first',
  TerminalToolRule: 'exit_loop',
  ContinueToolRule: 'continue_loop',
  ChildToolRule: 'constrain_child_tools',
  ParentToolRule: 'parent_last_tool',
  ConditionalToolRule: 'conditional',
  MaxCountPerStepToolRule: 'max_count_per_step',
  RequiredBeforeExitToolRule: 'required_before_exit',
  RequiresApprovalToolRule: 'requires_approval',
}

/** Throws UserError if `flat` is no valid rule. Does not check that the tools exist. */
export function parseToolRule(flat: FlatToolRule): ToolRule {
  const type = typeOf(flat)
  const foreign = given(flat).find((option) => !OPTIONS[type].includes(option))
  if (foreign !== undefined) throw invalid(type, flat, `takes no ${foreign}`, 'Leave it out.')
  const toolName = flat.tool_name
  switch (type) {
    case 'constrain_child_tools':
    case 'parent_last_tool': {
      const children = [...new Set(flat.children ?? [])]
      if (children.length > 0) return { type, toolName, children }
      throw invalid(type, flat, 'has no children', 'Name in children the tools that it is about.')
    }
    case 'conditional': {
      const cases = (flat.cases ?? []).map(({ equals, tool }) => ({ equals, tool }))
      const defaultChild = flat.default_child || null
      if (cases.length === 0) {
        throw invalid(type, flat, 'has no cases', 'Give in cases what follows which result.')
      }
      return { type, toolName, cases, defaultChild, requireMatch: flat.require_match ?? false }
    }
    case 'max_count_per_step': {
      const { limit } = flat
      if (limit !== undefined && Number.isInteger(limit) && limit >= 1) {
        return { type, toolName, limit }
      }
      throw invalid(
        type,
        flat,
        'needs a limit of at least 1',
        'Give one, or take the tool out of tools if it must not be called at all.',
      )
    }
    default:
      return { type, toolName }
  }
}

export function flattenToolRule(rule: ToolRule): FlatToolRule {
  const flat = { type: rule.type, tool_name: rule.toolName }
  switch (rule.type) {
    case 'constrain_child_tools':
    case 'parent_last_tool':
      return { ...flat, children: rule.children }
    case 'conditional':
      return {
        ...flat,
        cases: rule.cases,
        ...(rule.defaultChild !== null && { default_child: rule.defaultChild }),
        require_match: rule.requireMatch,
      }
    case 'max_count_per_step':
      return { ...flat, limit: rule.limit }
    default:
      return flat
  }
}

function typeOf({ type }: FlatToolRule): ToolRuleType {
  const types: readonly string[] = Object.keys(OPTIONS)
  if (isType(type)) return type
  const meant = Object.hasOwn(CLASS_NAMES, type) ? CLASS_NAMES[type] : undefined
  if (meant !== undefined) return meant
  throw new UserError(
    'invalid_argument',
    `There is no tool rule of type "${type}". The types are: ${types.join(', ')}.`,
  )
}

function isType(type: string): type is ToolRuleType {
  return Object.hasOwn(OPTIONS, type)
}

/** The fields with content; clients that fill in every field send empty ones. */
function given(flat: FlatToolRule): readonly Option[] {
  const { children = [], cases = [], default_child: fallback, require_match, limit } = flat
  return [
    ...(children.length > 0 ? (['children'] as const) : []),
    ...(cases.length > 0 ? (['cases'] as const) : []),
    ...(fallback ? (['default_child'] as const) : []),
    ...(require_match ? (['require_match'] as const) : []),
    ...(limit ? (['limit'] as const) : []),
  ]
}

function invalid(type: string, { tool_name }: FlatToolRule, problem: string, advice: string) {
  return new UserError(
    'invalid_argument',
    `The tool rule ${type} of ${tool_name} ${problem}. ${advice}`,
  )
}

/** All tools that a rule names. */
export function toolsIn(rule: ToolRule): readonly string[] {
  switch (rule.type) {
    case 'constrain_child_tools':
    case 'parent_last_tool':
      return [rule.toolName, ...rule.children]
    case 'conditional':
      return [
        rule.toolName,
        ...rule.cases.map(({ tool }) => tool),
        ...(rule.defaultChild === null ? [] : [rule.defaultChild]),
      ]
    default:
      return [rule.toolName]
  }
}
