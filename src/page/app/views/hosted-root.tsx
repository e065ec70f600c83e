import { useEffect, useState } from 'preact/hooks'
import { createDesk, type Desk, DeskProvider } from '../desk/desk.ts'
import { readRoute } from '../desk/route.ts'
import { messageOf } from '../mcp/errors.ts'
import { connectToHost } from '../mcp/host-client.ts'
import type { Agent } from '../mcp/shapes.ts'
import { Problem, Waiting } from '../ui/parts.tsx'
import { AgentView } from './agent-view.tsx'
import { Toasts } from './toasts.tsx'

/** One agent, shown by another assistant. */
export function HostedRoot() {
  const [desk, setDesk] = useState<Desk | undefined>()
  const [problem, setProblem] = useState('')
  useEffect(() => {
    openHosted().then(setDesk, (error: unknown) => setProblem(messageOf(error)))
  }, [])
  if (problem) return <Problem text={problem} />
  if (!desk) return <Waiting>Connecting to the host …</Waiting>
  return (
    <DeskProvider value={desk}>
      <Hosted desk={desk} />
    </DeskProvider>
  )
}

function Hosted({ desk }: { readonly desk: Desk }) {
  const route = desk.route.value
  // The address of a view in a host can't change, so links are followed here.
  const follow = (event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (!link) return
    event.preventDefault()
    const next = readRoute(link.getAttribute('href') ?? '')
    if (next.kind === 'agent') desk.go(next)
  }
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: links are clicked by the Enter key, too
    <main class="hosted" onClick={follow}>
      {route.kind === 'agent' && (
        <AgentView key={route.id} id={route.id} tab={route.tab} detail={route.detail} />
      )}
      <Toasts />
    </main>
  )
}

async function openHosted(): Promise<Desk> {
  const { client, agent } = await connectToHost(window.parent)
  const named = await agent
  const tools = await client.tools()
  const found = await client.call<{ agent: Agent }>('get_agent', named ? { agent: named } : {})
  const { id } = found.agent
  return createDesk({
    client,
    tools,
    only: id,
    hostedAt: { kind: 'agent', id, tab: 'chat' },
    onUnauthorized: () => undefined,
  })
}
