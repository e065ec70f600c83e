import { useState } from 'preact/hooks'
import { useAgents } from '../desk/agents.ts'
import { useDesk } from '../desk/desk.ts'
import { agentUri } from '../desk/uris.ts'
import { useLoaded } from '../desk/use-loaded.ts'
import type { Agent } from '../mcp/shapes.ts'
import { Empty, Problem, Waiting } from '../ui/parts.tsx'
import { Chat } from './chat/chat.tsx'
import { Rail } from './chat/rail.tsx'
import { Toasts } from './toasts.tsx'

/** The page inside another assistant: one agent's memory and chat. */
export function AppView({ asked }: { readonly asked: string | undefined }) {
  const agents = useAgents('').value?.agents
  const [chosen, setChosen] = useState<string | undefined>()
  const id = chosen ?? asked ?? agents?.[0]?.id
  if (id === undefined) {
    return agents ? (
      <Empty title="No agents yet">
        <p>Ask the assistant to create one with create_agent.</p>
      </Empty>
    ) : (
      <Waiting>Reading the agents …</Waiting>
    )
  }
  return (
    <main class="app">
      {agents && agents.length > 1 && (
        <label class="inline">
          Agent
          <select
            value={agents.find((agent) => agent.id === id || agent.name === id)?.id}
            onChange={(event) => setChosen(event.currentTarget.value)}
          >
            {agents.map((agent) => (
              <option key={agent.id} value={agent.id}>
                {agent.name}
              </option>
            ))}
          </select>
        </label>
      )}
      <OneAgent key={id} id={id} />
      <Toasts />
    </main>
  )
}

function OneAgent({ id }: { readonly id: string }) {
  const desk = useDesk()
  const { value, problem, reload } = useLoaded(`app agent ${id}`, [agentUri(id)], () =>
    desk.call<{ agent: Agent }>('get_agent', { agent: id }),
  )
  if (problem) return <Problem text={problem} onRetry={reload} />
  if (!value) return <Waiting>Reading the agent …</Waiting>
  return (
    <div class="chat-tab">
      <Chat agent={value.agent} />
      <Rail agent={value.agent} />
    </div>
  )
}
