import { useState } from 'preact/hooks'
import { useDesk } from '../desk/desk.ts'
import type { Agent } from '../mcp/shapes.ts'
import { Dialog } from '../ui/dialog.tsx'
import { Button, Field } from '../ui/parts.tsx'

/** Deleting can't be undone, so the name has to be typed. */
export function DeleteAgent({ agent }: { readonly agent: Agent }) {
  const desk = useDesk()
  const [isOpen, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const remove = async () => {
    try {
      await desk.call('delete_agent', { agent: agent.id, confirm: true })
      desk.go({ kind: 'home' })
      desk.say(`${agent.name} was deleted.`)
    } catch (error) {
      desk.complain(error)
    }
  }
  return (
    <>
      <Button tone="danger" onClick={() => setOpen(true)}>
        Delete this agent
      </Button>
      {isOpen && (
        <Dialog title={`Delete ${agent.name}`} onClose={() => setOpen(false)}>
          <h2>Delete {agent.name}?</h2>
          <p>
            Its messages, its own blocks and its own archive go for good. What it shares with other
            agents stays.
          </p>
          <Field id="typed" label={`Type ${agent.name} to confirm`}>
            <input
              id="typed"
              autocomplete="off"
              value={typed}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          </Field>
          <div class="row">
            <Button tone="danger" onClick={remove} disabled={typed !== agent.name}>
              Delete for good
            </Button>
            <Button onClick={() => setOpen(false)}>Keep it</Button>
          </div>
        </Dialog>
      )}
    </>
  )
}
