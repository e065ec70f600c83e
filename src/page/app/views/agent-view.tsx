import { useEffect, useRef } from 'preact/hooks'
import { useDesk } from '../desk/desk.ts'
import { TAB_TITLES, TABS, type Tab, writeRoute } from '../desk/route.ts'
import { agentUri } from '../desk/uris.ts'
import { useLoaded } from '../desk/use-loaded.ts'
import type { Agent } from '../mcp/shapes.ts'
import { count } from '../ui/format.ts'
import { Chip, Problem, Waiting } from '../ui/parts.tsx'
import { ArchiveTab } from './archive/archive-tab.tsx'
import { ChatTab } from './chat/chat-tab.tsx'
import { ContextTab } from './context/context-tab.tsx'
import { MemoryTab } from './memory/memory-tab.tsx'
import { RunsTab } from './runs/runs-tab.tsx'
import { SettingsTab } from './settings-tab.tsx'
import { ToolsTab } from './tools/tools-tab.tsx'

/** Parts that need no more than the toolset core. */
const HOSTED: ReadonlySet<Tab> = new Set(['chat', 'context', 'memory', 'archive'])

interface AgentViewProps {
  readonly id: string
  readonly tab: Tab
  readonly detail: string | undefined
}

/** One agent and its parts. */
export function AgentView({ id, tab, detail }: AgentViewProps) {
  const desk = useDesk()
  const { value, problem, reload } = useLoaded(`agent ${id}`, [agentUri(id)], () =>
    desk.read<{ agent: Agent }>('get_agent', { agent: id }),
  )
  const tabs = useRef<HTMLElement>(null)
  // On a narrow screen the tabs scroll.
  useEffect(() => {
    const show = () => {
      const current = tabs.current?.querySelector('[aria-current]')
      current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    }
    show()
    addEventListener('resize', show)
    return () => removeEventListener('resize', show)
  }, [tab, value === undefined])
  if (!value) {
    return problem ? (
      <Problem text={problem} onRetry={reload} />
    ) : (
      <Waiting>Reading the agent …</Waiting>
    )
  }
  const { agent } = value
  return (
    <div class="agent">
      <header class="agent-head">
        <div class="agent-title">
          <h1>{agent.name}</h1>
          <Chip>{agent.model ?? "the server's default model"}</Chip>
          {agent.tags.map((tag) => (
            <Chip key={tag}>{tag}</Chip>
          ))}
        </div>
        {agent.description && <p class="dim agent-line">{agent.description}</p>}
        <nav ref={tabs} class="tabs" aria-label={`Parts of ${agent.name}`}>
          {TABS.filter((each) => !desk.isHosted || HOSTED.has(each)).map((each) => (
            <a
              key={each}
              href={writeRoute({ kind: 'agent', id, tab: each })}
              aria-current={each === tab ? 'page' : undefined}
            >
              {TAB_TITLES[each]}
              {each === 'memory' && <span class="count">{agent.blocks.length}</span>}
              {each === 'tools' && <span class="count">{agent.tools.length}</span>}
              {each === 'archive' && <span class="count">{count(agent.archival_count)}</span>}
            </a>
          ))}
        </nav>
      </header>
      <AgentPart agent={agent} tab={tab} detail={detail} />
    </div>
  )
}

interface PartProps {
  readonly agent: Agent
  readonly tab: Tab
  readonly detail: string | undefined
}

function AgentPart({ agent, tab, detail }: PartProps) {
  switch (tab) {
    case 'chat':
      return <ChatTab agent={agent} />
    case 'context':
      return <ContextTab agent={agent} />
    case 'memory':
      return <MemoryTab agent={agent} detail={detail} />
    case 'archive':
      return <ArchiveTab agent={agent} detail={detail} />
    case 'tools':
      return <ToolsTab agent={agent} />
    case 'runs':
      return <RunsTab agent={agent} detail={detail} />
    case 'settings':
      return <SettingsTab agent={agent} />
  }
}
