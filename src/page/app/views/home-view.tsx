import { useEffect } from 'preact/hooks'
import { useAgents } from '../desk/agents.ts'
import { useDesk } from '../desk/desk.ts'
import { Button, Empty, Problem, Waiting } from '../ui/parts.tsx'

/** Goes to the newest agent; without any, says what an agent is. */
export function HomeView() {
  const desk = useDesk()
  const { value, problem, reload } = useAgents('')
  const first = value?.agents[0]
  useEffect(() => {
    if (first) desk.go({ kind: 'agent', id: first.id, tab: 'chat' })
  }, [first])
  if (problem) return <Problem text={problem} onRetry={reload} />
  if (!value || first) return <Waiting>Reading the agents …</Waiting>
  return (
    <div class="page narrow">
      <Empty title="No agents yet">
        <p>
          An agent is an assistant that keeps its memory: blocks that it always sees and edits
          itself, an archive that it searches, and the whole conversation. Make one, talk to it, and
          watch what it writes down.
        </p>
        <div class="row">
          {desk.can('create_agent') && (
            <Button tone="main" onClick={() => desk.go({ kind: 'new' })}>
              New agent
            </Button>
          )}
          {desk.can('import_agent') && (
            <Button onClick={() => desk.go({ kind: 'bring' })}>Bring one in from a file</Button>
          )}
        </div>
      </Empty>
    </div>
  )
}
