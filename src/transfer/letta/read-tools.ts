import { UserError } from '../../core/errors.ts'
import { isRecord } from '../../core/is-record.ts'
import { isBuiltInTool } from '../../core/tool.ts'
import { type FlatToolRule, parseToolRule } from '../../core/tool-rule.ts'
import type { BundledTool } from '../format/bundle.ts'
import type { LettaRule, LettaTool } from './layout.ts'

const LOOP_PARAMETERS = ['request_heartbeat', 'thinking', 'inner_thoughts']

/** Tools with code. Those of the server, and of services that only Letta reaches, have none. */
export function readTools(tools: readonly LettaTool[]): readonly BundledTool[] {
  return tools.flatMap((tool) => {
    const { name, source_code: source, tool_type: type } = tool
    if (!source || isBuiltInTool(name) || (type && type !== 'custom')) return []
    const schema = isRecord(tool.json_schema) ? tool.json_schema : {}
    const description = tool.description ?? textIn(schema.description)
    const fields = {
      source,
      language: tool.source_type === 'typescript' ? ('typescript' as const) : ('python' as const),
      name,
      ...(description !== undefined && { description }),
      ...(isRecord(schema.parameters) && { parameters: JSON.stringify(ownOf(schema.parameters)) }),
      tags: [...(tool.tags ?? [])],
      requiresApproval: tool.default_requires_approval ?? false,
    }
    return [{ kind: 'code' as const, name, fields }]
  })
}

/** The parameters without those with which Letta's loop is told to go on. */
function ownOf(parameters: Readonly<Record<string, unknown>>) {
  const isOwn = (name: unknown) => !LOOP_PARAMETERS.some((known) => known === name)
  const { properties, required } = parameters
  return {
    ...parameters,
    ...(isRecord(properties) && {
      properties: Object.fromEntries(Object.entries(properties).filter(([name]) => isOwn(name))),
    }),
    ...(Array.isArray(required) && { required: required.filter(isOwn) }),
  }
}

export interface ReadRules {
  readonly rules: readonly FlatToolRule[]
  readonly warnings: readonly string[]
}

/** Rules in our form; what is no rule here is named. */
export function readRules(given: readonly LettaRule[]): ReadRules {
  const rules = new Map<string, FlatToolRule>()
  const warnings = new Set<string>()
  for (const rule of given) {
    const flat = flattened(rule)
    if (flat.tool_name === '') {
      warnings.add(`A tool rule ${JSON.stringify(rule.type)} names no tool and was not imported.`)
      continue
    }
    try {
      parseToolRule(flat)
      rules.set(JSON.stringify(flat), flat)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      warnings.add(
        `The tool rule ${JSON.stringify(rule.type)} of ${JSON.stringify(flat.tool_name)} was not imported. ${error.message}`,
      )
    }
    if (rule.args || rule.child_arg_nodes)
      warnings.add(
        `The arguments that the tool rule ${JSON.stringify(rule.type)} of ${JSON.stringify(flat.tool_name)} sets were not imported.`,
      )
  }
  return { rules: [...rules.values()], warnings: [...warnings] }
}

function flattened(rule: LettaRule): FlatToolRule {
  const { type, tool_name, children, child_output_mapping: mapping } = rule
  const limit = rule.max_count_limit ?? rule.limit
  return {
    type,
    tool_name: tool_name ?? '',
    ...(Array.isArray(children) && {
      children: children.map((child) => (isRecord(child) ? String(child.name) : String(child))),
    }),
    ...(isRecord(mapping) && {
      cases: Object.entries(mapping).map(([equals, tool]) => ({ equals, tool: String(tool) })),
    }),
    ...(typeof rule.default_child === 'string' && { default_child: rule.default_child }),
    ...(type === 'conditional' && { require_match: rule.require_output_mapping === true }),
    ...(typeof limit === 'number' && { limit }),
  }
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
