import { useMemo, useState } from 'preact/hooks'
import { useAgents } from '../desk/agents.ts'
import { type Desk, useDesk } from '../desk/desk.ts'
import { type Route, TAB_TITLES, TABS } from '../desk/route.ts'
import { Dialog } from '../ui/dialog.tsx'

interface Entry {
  readonly id: string
  readonly name: string
  readonly about: string
  readonly run: () => void
}

/** Agents that are listed; typing more finds the others. Chosen by hand. */
const MAX_AGENTS = 20

/** Everything by keyboard: agents by name, places and the parts of the agent that is shown. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const desk = useDesk()
  const [query, setQuery] = useState('')
  const [chosen, setChosen] = useState(0)
  const agents = useAgents(query).value?.agents ?? []
  const entries = useMemo(() => {
    const wanted = query.trim().toLowerCase()
    const places = placesOf(desk).filter(({ name }) => name.toLowerCase().includes(wanted))
    // Until the server has answered, these are the agents of an earlier query.
    const matching = agents.filter(({ name, id, description = '' }) =>
      `${name} ${id} ${description}`.toLowerCase().includes(wanted),
    )
    const found = matching.slice(0, MAX_AGENTS).map(
      (agent): Entry => ({
        id: agent.id,
        name: agent.name,
        about: 'agent',
        run: () => desk.go({ kind: 'agent', id: agent.id, tab: 'chat' }),
      }),
    )
    return wanted === '' ? [...places, ...found] : [...found, ...places]
  }, [query, agents, desk])
  const at = Math.min(chosen, Math.max(0, entries.length - 1))

  const run = (entry: Entry | undefined) => {
    if (!entry) return
    onClose()
    entry.run()
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setChosen((at + 1) % Math.max(1, entries.length))
    else if (event.key === 'ArrowUp')
      setChosen((at - 1 + entries.length) % Math.max(1, entries.length))
    else if (event.key === 'Enter') run(entries[at])
    else return
    event.preventDefault()
  }

  return (
    <Dialog title="Commands" onClose={onClose} class="palette">
      <input
        type="text"
        role="combobox"
        aria-label="Find an agent or a command"
        placeholder="Find an agent or a command"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={entries[at] ? `palette-${at}` : undefined}
        autocomplete="off"
        value={query}
        onInput={(event) => {
          setQuery(event.currentTarget.value)
          setChosen(0)
        }}
        onKeyDown={onKey}
      />
      <div id="palette-list" role="listbox" aria-label="Results">
        {entries.map((entry, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the combobox
          <div
            key={entry.id}
            tabIndex={-1}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === at}
            onClick={() => run(entry)}
          >
            <span>{entry.name}</span>
            <span class="dim">{entry.about}</span>
          </div>
        ))}
      </div>
      {entries.length === 0 && <p class="hint">Nothing matches.</p>}
    </Dialog>
  )
}

function placesOf(desk: Desk): readonly Entry[] {
  const route = desk.route.value
  const place = (name: string, about: string, to: Route): Entry => ({
    id: name,
    name,
    about,
    run: () => desk.go(to),
  })
  return [
    ...(route.kind === 'agent'
      ? TABS.map((tab) => place(TAB_TITLES[tab], 'of this agent', { ...route, tab }))
      : []),
    ...(desk.can('create_agent') && desk.only === undefined
      ? [place('New agent', 'create', { kind: 'new' })]
      : []),
    place('Approvals', 'go to', { kind: 'inbox' }),
    ...(desk.can('get_tool') ? [place('All tools', 'go to', { kind: 'tools' })] : []),
    ...(desk.can('list_blocks') ? [place('Shared memory', 'go to', { kind: 'shared' })] : []),
    ...(desk.can('list_runs') || desk.can('list_jobs')
      ? [place('Teams and background', 'go to', { kind: 'background' })]
      : []),
    ...(desk.can('import_agent') || desk.can('load')
      ? [place('Bring things in', 'go to', { kind: 'bring' })]
      : []),
    place('Server', 'go to', { kind: 'server' }),
  ]
}
