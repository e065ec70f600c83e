import { useState } from 'preact/hooks'
import { useDesk } from '../../desk/desk.ts'
import type { ListedTool } from '../../mcp/tool-shapes.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Button } from '../../ui/parts.tsx'

export function DeleteTool({ tool }: { readonly tool: ListedTool }) {
  const desk = useDesk()
  const [isOpen, setOpen] = useState(false)
  const remove = async () => {
    try {
      await desk.call('delete_tool', { tool: tool.id, confirm: true })
      desk.go({ kind: 'tools' })
      desk.say(`${tool.name} was deleted.`)
    } catch (error) {
      setOpen(false)
      desk.complain(error)
    }
  }
  return (
    <div class="row">
      <Button tone="danger" onClick={() => setOpen(true)}>
        Delete this tool
      </Button>
      {isOpen && (
        <Dialog title={`Delete ${tool.name}`} onClose={() => setOpen(false)}>
          <h2>Delete {tool.name}?</h2>
          <p>All its versions go for good, and every agent that has it loses it.</p>
          <div class="row">
            <Button tone="danger" onClick={remove}>
              Delete for good
            </Button>
            <Button onClick={() => setOpen(false)}>Keep it</Button>
          </div>
        </Dialog>
      )}
    </div>
  )
}
