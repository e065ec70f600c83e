import { useState } from 'preact/hooks'
import { useDesk } from '../../desk/desk.ts'
import type { Agent } from '../../mcp/shapes.ts'
import { Button, Card, Field } from '../../ui/parts.tsx'

/** A new block of this agent, or an existing one that it is to share. */
export function NewBlock({
  agent,
  onDone,
}: {
  readonly agent: Agent
  readonly onDone: () => void
}) {
  const desk = useDesk()
  const [label, setLabel] = useState('')
  const [value, setValue] = useState('')
  const [description, setDescription] = useState('')
  const create = async () => {
    try {
      await desk.call('write_memory_block', {
        agent: agent.id,
        label: label.trim(),
        value,
        description: description.trim() || undefined,
        expected_version: 0,
      })
      onDone()
    } catch (error) {
      desk.complain(error)
    }
  }
  return (
    <Card title="New block">
      <div class="two">
        <Field id="new-label" label="Label" hint="Letters, digits and . _ - /">
          <input
            id="new-label"
            value={label}
            onInput={(event) => setLabel(event.currentTarget.value)}
          />
        </Field>
        <Field id="new-about" label="Description" hint="Tells the agent what belongs here.">
          <input
            id="new-about"
            value={description}
            onInput={(event) => setDescription(event.currentTarget.value)}
          />
        </Field>
      </div>
      <Field id="new-value" label="Text">
        <textarea
          id="new-value"
          rows={4}
          value={value}
          onInput={(event) => setValue(event.currentTarget.value)}
        />
      </Field>
      <div class="row">
        <Button tone="main" onClick={create} disabled={label.trim() === ''}>
          Create
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </Card>
  )
}
