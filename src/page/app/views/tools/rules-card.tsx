import { useDesk } from '../../desk/desk.ts'
import type { Agent, ToolRule } from '../../mcp/shapes.ts'
import { Button, Card } from '../../ui/parts.tsx'
import { NewRule } from './new-rule.tsx'
import { sentenceOf } from './rules-graph.ts'
import { RulesPicture } from './rules-picture.tsx'

/** The order in which an agent may call its tools: drawn, and in sentences. */
export function RulesCard({ agent }: { readonly agent: Agent }) {
  const desk = useDesk()
  const rules = agent.tool_rules
  const mayWrite = desk.can('update_agent')
  const save = async (next: readonly ToolRule[]) => {
    try {
      await desk.call('update_agent', { agent: agent.id, tool_rules: next })
    } catch (error) {
      desk.complain(error)
    }
  }
  return (
    <Card title="Rules">
      {rules.length === 0 ? (
        <p class="hint">None: it may call its tools in any order, as often as it likes.</p>
      ) : (
        <RulesPicture rules={rules} />
      )}
      <ul class="versions">
        {rules.map((rule, index) => (
          <li key={index} class="row">
            <span>{sentenceOf(rule)}</span>
            {mayWrite && (
              <Button
                tone="quiet"
                aria-label={`Remove the rule: ${sentenceOf(rule)}`}
                onClick={() => save(rules.filter((_, at) => at !== index))}
              >
                Remove
              </Button>
            )}
          </li>
        ))}
      </ul>
      {mayWrite && <NewRule tools={agent.tools} onRule={(rule) => save([...rules, rule])} />}
    </Card>
  )
}
