import { flattenToolRule, type ToolRule } from '../../core/tool-rule.ts'

/** A tool rule with Letta's names for its fields. */
export function presentToolRule(rule: ToolRule) {
  const base = { type: rule.type, tool_name: rule.toolName, prompt_template: null }
  switch (rule.type) {
    case 'max_count_per_step':
      return { ...base, max_count_limit: rule.limit }
    case 'conditional':
      return {
        ...base,
        child_output_mapping: Object.fromEntries(
          rule.cases.map(({ equals, tool }) => [equals, tool]),
        ),
        default_child: rule.defaultChild,
        require_output_mapping: rule.requireMatch,
      }
    default:
      return { ...flattenToolRule(rule), prompt_template: null }
  }
}
