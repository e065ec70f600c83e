import { useState } from 'preact/hooks'
import type { ToolRule } from '../../mcp/shapes.ts'
import { Button } from '../../ui/parts.tsx'

const KINDS: Readonly<Record<string, string>> = {
  run_first: 'is called first',
  constrain_child_tools: 'is followed by only',
  parent_last_tool: 'comes before',
  max_count_per_step: 'is called at most',
  required_before_exit: 'is needed before the end',
  requires_approval: 'asks a person',
  continue_loop: 'lets the agent go on',
  exit_loop: 'ends the turn',
}
const TYPES = Object.keys(KINDS)

const WITH_CHILDREN: readonly string[] = ['constrain_child_tools', 'parent_last_tool']

interface NewRuleProps {
  readonly tools: readonly string[]
  readonly onRule: (rule: ToolRule) => void
}

/** A rule about tools that the agent has. One with conditions is given through update_agent. */
export function NewRule({ tools, onRule }: NewRuleProps) {
  const [type, setType] = useState('run_first')
  const [tool, setTool] = useState('')
  const [child, setChild] = useState('')
  const [limit, setLimit] = useState('1')
  const isWithChild = WITH_CHILDREN.includes(type)
  const add = () => {
    onRule({
      type,
      tool_name: tool,
      ...(isWithChild && { children: [child] }),
      ...(type === 'max_count_per_step' && { limit: Number(limit) }),
    })
    setChild('')
  }
  return (
    <fieldset class="row">
      <legend>New rule</legend>
      <Choice label="Tool" value={tool} of={tools} onChoose={setTool} isOpen />
      <Choice label="Kind of rule" value={type} of={TYPES} name={nameOf} onChoose={setType} />
      {isWithChild && (
        <Choice label="Other tool" value={child} of={tools} onChoose={setChild} isOpen />
      )}
      {type === 'max_count_per_step' && (
        <label class="inline">
          <input
            type="number"
            aria-label="Times"
            min={1}
            value={limit}
            onInput={(event) => setLimit(event.currentTarget.value)}
          />
          times in a run
        </label>
      )}
      <Button onClick={add} disabled={tool === '' || (isWithChild && child === '')}>
        Add the rule
      </Button>
    </fieldset>
  )
}

function nameOf(type: string): string {
  return KINDS[type] ?? type
}

interface ChoiceProps {
  readonly label: string
  readonly value: string
  readonly of: readonly string[]
  readonly name?: (value: string) => string
  /** Nothing is chosen at first. */
  readonly isOpen?: boolean
  readonly onChoose: (value: string) => void
}

function Choice({ label, value, of, name = (each) => each, isOpen, onChoose }: ChoiceProps) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChoose(event.currentTarget.value)}
    >
      {isOpen && <option value="">{label.toLowerCase()} …</option>}
      {of.map((each) => (
        <option key={each} value={each}>
          {name(each)}
        </option>
      ))}
    </select>
  )
}
