import { useState } from 'preact/hooks'
import { useAgents } from '../../desk/agents.ts'
import { useDesk } from '../../desk/desk.ts'
import type { Agent } from '../../mcp/shapes.ts'
import type { ListedTool } from '../../mcp/tool-shapes.ts'
import { Button, Card, Field } from '../../ui/parts.tsx'

/** Gives the tool to an agent, which approves its present version. */
export function AttachTo({ tool }: { readonly tool: ListedTool }) {
  const desk = useDesk()
  const [name, setName] = useState('')
  const agents = useAgents(name).value?.agents ?? []
  if (!desk.can('attach_tool')) return null
  const attach = async () => {
    try {
      const asked = { agent: name.trim(), tool: tool.id }
      const { agent } = await desk.call<{ agent: Agent }>('attach_tool', asked)
      setName('')
      desk.say(`${agent.name} has ${tool.name} now.`)
    } catch (error) {
      desk.complain(error)
    }
  }
  return (
    <Card title="Give it to an agent">
      <div class="row">
        <Field id="attach-agent" label="Name or id of the agent">
          <input
            id="attach-agent"
            list="attach-agents"
            autocomplete="off"
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
          <datalist id="attach-agents">
            {agents.map(({ id, name: each }) => (
              <option key={id} value={each} />
            ))}
          </datalist>
        </Field>
        <Button onClick={attach} disabled={name.trim() === ''}>
          Attach
        </Button>
      </div>
    </Card>
  )
}
