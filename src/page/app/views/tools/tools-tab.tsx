import { useState } from 'preact/hooks'
import { useDesk } from '../../desk/desk.ts'
import { writeRoute } from '../../desk/route.ts'
import { useTools } from '../../desk/tools.ts'
import { agentUri, TOOLS } from '../../desk/uris.ts'
import { useLoaded } from '../../desk/use-loaded.ts'
import type { Agent } from '../../mcp/shapes.ts'
import type { ListedTool } from '../../mcp/tool-shapes.ts'
import { Button, Card, Empty, Problem, Waiting } from '../../ui/parts.tsx'
import { RulesCard } from './rules-card.tsx'
import { ToolLine } from './tools-view.tsx'

/** An agent has at most this many tools. */
const MAX_LISTED = 100
/** Suggestions below the search; chosen by hand. */
const SUGGESTED = 8

export function ToolsTab({ agent }: { readonly agent: Agent }) {
  const desk = useDesk()
  const { value, problem, reload } = useLoaded(
    `tools of ${agent.id} ${agent.tools.join()}`,
    [agentUri(agent.id), TOOLS],
    () =>
      desk.can('list_tools')
        ? desk.call<{ tools: readonly ListedTool[] }>('list_tools', {
            agent: agent.id,
            limit: MAX_LISTED,
          })
        : Promise.resolve({ tools: agent.tools.map(named) }),
  )
  return (
    <div class="page">
      <Card title="Tools it has">
        {problem && <Problem text={problem} onRetry={reload} />}
        {!value && !problem && <Waiting>Reading its tools …</Waiting>}
        {value?.tools.length === 0 && (
          <Empty title="No tools">
            <p>Without tools it can only speak. Give it one below.</p>
          </Empty>
        )}
        <ul class="tool-list">
          {value?.tools.map((tool) => (
            <OwnTool key={tool.id} agent={agent} tool={tool} />
          ))}
        </ul>
        {desk.can('attach_tool') && <AddTool agent={agent} />}
      </Card>
      <RulesCard agent={agent} />
    </div>
  )
}

function named(name: string): ListedTool {
  const unknown = { description: '', language: 'builtin', effect: '', requires_approval: false }
  return { id: name, name, version: 0, ...unknown }
}

function OwnTool({ agent, tool }: { readonly agent: Agent; readonly tool: ListedTool }) {
  const desk = useDesk()
  const detach = () =>
    desk.call('detach_tool', { agent: agent.id, tool: tool.id }).catch(desk.complain)
  return (
    <li>
      {desk.can('get_tool') ? (
        <a href={writeRoute({ kind: 'tools', detail: tool.id })}>
          <ToolLine tool={tool} />
        </a>
      ) : (
        <div>
          <ToolLine tool={tool} />
        </div>
      )}
      {desk.can('detach_tool') && (
        <Button tone="quiet" aria-label={`Detach ${tool.name}`} onClick={detach}>
          Detach
        </Button>
      )}
    </li>
  )
}

function AddTool({ agent }: { readonly agent: Agent }) {
  const desk = useDesk()
  const [query, setQuery] = useState('')
  const found = (useTools(query).value?.tools ?? [])
    .filter(({ name }) => !agent.tools.includes(name))
    .slice(0, SUGGESTED)
  const attach = async (tool: ListedTool) => {
    try {
      await desk.call('attach_tool', { agent: agent.id, tool: tool.id })
      desk.say(`${agent.name} has ${tool.name} now.`)
    } catch (error) {
      desk.complain(error)
    }
  }
  return (
    <section aria-label="Give it another tool">
      <input
        type="search"
        class="whole"
        aria-label="Find a tool to attach"
        placeholder="Find a tool to attach"
        value={query}
        onInput={(event) => setQuery(event.currentTarget.value)}
      />
      {query !== '' && (
        <ul class="tool-list">
          {found.map((tool) => (
            <li key={tool.id}>
              <div>
                <ToolLine tool={tool} />
              </div>
              <Button aria-label={`Attach ${tool.name}`} onClick={() => attach(tool)}>
                Attach
              </Button>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
