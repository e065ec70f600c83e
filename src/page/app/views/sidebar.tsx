import { useState } from 'preact/hooks'
import { isOpen, useAgents, useRuns } from '../desk/agents.ts'
import { useDesk } from '../desk/desk.ts'
import type { Route } from '../desk/route.ts'
import { writeRoute } from '../desk/route.ts'
import type { ShortRun } from '../mcp/shapes.ts'
import { counted } from '../ui/format.ts'
import { Button, Problem, Waiting } from '../ui/parts.tsx'

export function Sidebar({ onPalette }: { readonly onPalette: () => void }) {
  const desk = useDesk()
  const runs = useRuns().value?.runs ?? []
  const approvals = runs.filter(({ status }) => status === 'requires_approval').length
  return (
    <nav id="sidebar" class="sidebar" aria-label="Agents and places">
      <div class="sidebar-head">
        <span class="brand">Recollect</span>
        <button
          type="button"
          class="button quiet palette-key"
          aria-keyshortcuts="Meta+K Control+K"
          onClick={onPalette}
        >
          <span class="unseen">Commands </span>
          <kbd>{isMac() ? '⌘K' : 'Ctrl K'}</kbd>
        </button>
      </div>
      <Agents runs={runs.filter(isOpen)} />
      <ul class="places">
        <Place route={{ kind: 'inbox' }} name="Approvals" count={approvals} />
        {desk.can('get_tool') && <Place route={{ kind: 'tools' }} name="Tools" />}
        {desk.can('list_blocks') && <Place route={{ kind: 'shared' }} name="Shared memory" />}
        {(desk.can('list_runs') || desk.can('list_jobs')) && (
          <Place route={{ kind: 'background' }} name="Teams and background" />
        )}
        {(desk.can('import_agent') || desk.can('load')) && (
          <Place route={{ kind: 'bring' }} name="Bring things in" />
        )}
        <Place route={{ kind: 'server' }} name="Server" />
      </ul>
    </nav>
  )
}

/** Leads to the approvals where the list of places is closed. */
export function WaitingBadge() {
  const runs = useRuns().value?.runs ?? []
  const approvals = runs.filter(({ status }) => status === 'requires_approval').length
  if (approvals === 0) return null
  return (
    <a class="badge" href={writeRoute({ kind: 'inbox' })}>
      {counted(approvals, 'approval')}
    </a>
  )
}

function Agents({ runs }: { readonly runs: readonly ShortRun[] }) {
  const desk = useDesk()
  const [query, setQuery] = useState('')
  const { value, problem, reload, more } = useAgents(query)
  const route = desk.route.value
  return (
    <div class="agents">
      {desk.only === undefined && (
        <div class="agents-head">
          <input
            type="search"
            aria-label="Find an agent"
            placeholder="Find an agent"
            value={query}
            onInput={(event) => setQuery(event.currentTarget.value)}
          />
          {desk.can('create_agent') && (
            <Button
              aria-label="New agent"
              title="New agent"
              aria-current={route.kind === 'new' ? 'page' : undefined}
              onClick={() => desk.go({ kind: 'new' })}
            >
              +
            </Button>
          )}
        </div>
      )}
      {problem && <Problem text={problem} onRetry={reload} />}
      {!value && !problem && <Waiting>Reading the agents …</Waiting>}
      <ul class="agent-list">
        {value?.agents.map((agent) => (
          <li key={agent.id}>
            <a
              href={writeRoute({ kind: 'agent', id: agent.id, tab: 'chat' })}
              aria-current={route.kind === 'agent' && route.id === agent.id ? 'page' : undefined}
            >
              <span class="agent-name">{agent.name}</span>
              <AtWork runs={runs.filter(({ agent_id }) => agent_id === agent.id)} />
              {agent.description && <span class="agent-about">{agent.description}</span>}
            </a>
          </li>
        ))}
      </ul>
      {value?.agents.length === 0 && (
        <p class="hint">{query === '' ? 'No agents yet.' : 'No agent matches.'}</p>
      )}
      {value?.next_cursor && (
        <Button tone="quiet" onClick={more}>
          Show more agents
        </Button>
      )}
    </div>
  )
}

function AtWork({ runs }: { readonly runs: readonly ShortRun[] }) {
  if (runs.length === 0) return null
  const waits = runs.some(({ status }) => status === 'requires_approval')
  return <span class="at-work">{waits ? 'waits for you' : 'at work'}</span>
}

function Place({
  route,
  name,
  count = 0,
}: {
  readonly route: Route
  readonly name: string
  readonly count?: number
}) {
  const desk = useDesk()
  return (
    <li>
      <a
        href={writeRoute(route)}
        aria-current={desk.route.value.kind === route.kind ? 'page' : undefined}
      >
        {name}
        {count > 0 && (
          <span class="badge">
            {count}
            <span class="unseen"> waiting</span>
          </span>
        )}
      </a>
    </li>
  )
}

function isMac(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.platform)
}
