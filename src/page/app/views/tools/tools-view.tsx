import { useState } from 'preact/hooks'
import { useDesk } from '../../desk/desk.ts'
import { writeRoute } from '../../desk/route.ts'
import { useTools } from '../../desk/tools.ts'
import { useLoaded } from '../../desk/use-loaded.ts'
import type { ListedTool, ToolServer } from '../../mcp/tool-shapes.ts'
import { counted } from '../../ui/format.ts'
import { Button, Chip, Empty, Problem, Waiting } from '../../ui/parts.tsx'
import { NewTool } from './new-tool.tsx'
import { ToolDetail } from './tool-detail.tsx'

/** All tools that agents can have, and one of them to be written and tried. */
export function ToolsView({ detail }: { readonly detail: string | undefined }) {
  const desk = useDesk()
  return (
    <div class={detail ? 'split with-detail' : 'split'}>
      <section class="split-list" aria-label="Tools">
        <div class="row between">
          <h1>Tools</h1>
          {desk.can('create_tool') && (
            <Button tone="main" onClick={() => desk.go({ kind: 'tools', detail: 'new' })}>
              New tool
            </Button>
          )}
        </div>
        <ToolList chosen={detail} />
        {desk.can('list_tool_servers') && <ToolServers />}
      </section>
      {detail === undefined && (
        <div class="split-detail hint-only">
          <Empty title="Choose a tool, or write one">
            <p>
              A tool is a function in Python or TypeScript that agents may call. It runs in a
              sandbox: it sees the memory of its agent, and nothing else unless you allow it.
            </p>
          </Empty>
        </div>
      )}
      {detail === 'new' && <NewTool />}
      {detail !== undefined && detail !== 'new' && <ToolDetail key={detail} id={detail} />}
    </div>
  )
}

function ToolList({ chosen }: { readonly chosen: string | undefined }) {
  const [query, setQuery] = useState('')
  const { value, problem, reload, more } = useTools(query)
  return (
    <>
      <input
        type="search"
        class="whole"
        aria-label="Find a tool"
        placeholder="Find a tool"
        value={query}
        onInput={(event) => setQuery(event.currentTarget.value)}
      />
      {problem && <Problem text={problem} onRetry={reload} />}
      {!value && !problem && <Waiting>Reading the tools …</Waiting>}
      <ul class="run-list">
        {value?.tools.map((tool) => (
          <li key={tool.id}>
            <a
              href={writeRoute({ kind: 'tools', detail: tool.id })}
              aria-current={tool.id === chosen ? 'true' : undefined}
            >
              <ToolLine tool={tool} />
            </a>
          </li>
        ))}
      </ul>
      {value?.tools.length === 0 && <p class="hint">No tool matches.</p>}
      {value?.next_cursor && (
        <Button tone="quiet" onClick={more}>
          Show more tools
        </Button>
      )}
    </>
  )
}

export function ToolLine({ tool }: { readonly tool: ListedTool }) {
  return (
    <>
      <span class="tool-name">
        <span class="mono">{tool.name}</span>
        <Chip>{tool.language === 'builtin' ? 'built in' : tool.language}</Chip>
        {tool.requires_approval && <Chip>asks first</Chip>}
      </span>
      <span class="run-message dim">{tool.description}</span>
    </>
  )
}

function ToolServers() {
  const desk = useDesk()
  const { value } = useLoaded('tool servers', [], () =>
    desk.call<{ servers: readonly ToolServer[] }>('list_tool_servers'),
  )
  if (!value || value.servers.length === 0) return null
  return (
    <section aria-label="Tool servers">
      <h2>Tool servers</h2>
      <ul>
        {value.servers.map((server) => (
          <li key={server.name}>
            <strong>{server.name}</strong>{' '}
            <span class="dim">
              {server.status}, {counted(server.tools, 'tool')}
            </span>
            {server.error && <p class="problem-line">{server.error}</p>}
          </li>
        ))}
      </ul>
    </section>
  )
}
