import { z } from 'zod'
import { isRecord } from '../../core/is-record.ts'
import { parseToolRule, type ToolRule } from '../../core/tool-rule.ts'

/** A tool rule with Letta's or our names for its fields. */
export const lettaToolRule = z.object({
  type: z.string(),
  tool_name: z.string(),
  children: z.array(z.union([z.string(), z.record(z.string(), z.unknown())])).optional(),
  child_output_mapping: z.record(z.string(), z.string()).optional(),
  cases: z.array(z.object({ equals: z.string(), tool: z.string() })).optional(),
  default_child: z.string().optional(),
  require_output_mapping: z.boolean().optional(),
  require_match: z.boolean().optional(),
  max_count_limit: z.number().optional(),
  limit: z.number().optional(),
})

export function readToolRule(rule: z.infer<typeof lettaToolRule>): ToolRule {
  const mapped = Object.entries(rule.child_output_mapping ?? {})
  return parseToolRule({
    type: rule.type,
    tool_name: rule.tool_name,
    // Newer files name a child with arguments of its own, which have no place here.
    children: rule.children?.map((child) => (isRecord(child) ? String(child.name) : child)),
    cases: rule.cases ?? mapped.map(([equals, tool]) => ({ equals, tool })),
    default_child: rule.default_child,
    require_match: rule.require_match ?? rule.require_output_mapping,
    limit: rule.limit ?? rule.max_count_limit,
  })
}
