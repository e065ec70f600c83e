import { useDesk } from '../../desk/desk.ts'
import { agentUri } from '../../desk/uris.ts'
import { useLoaded } from '../../desk/use-loaded.ts'
import type { Agent, Archive } from '../../mcp/shapes.ts'
import { count, counted } from '../../ui/format.ts'
import { Chip } from '../../ui/parts.tsx'

/** The archives that the agent searches. */
export function Archives({ agent }: { readonly agent: Agent }) {
  const desk = useDesk()
  const { value } = useLoaded(`archives ${agent.id}`, [agentUri(agent.id)], () =>
    desk.can('list_archives')
      ? desk.call<{ archives: readonly Archive[] }>('list_archives', { agent: agent.id })
      : Promise.resolve({ archives: [] }),
  )
  if (!value || value.archives.length === 0) return null
  return (
    <ul class="archives" aria-label="Archives">
      {value.archives.map((archive) => (
        <li key={archive.id}>
          <strong>{archive.name}</strong>
          {archive.is_default && <Chip>new passages go here</Chip>}
          <span class="dim">
            {counted(archive.passage_count, 'passage')},{' '}
            {archive.found_count === 0 ? 'none' : count(archive.found_count)} found by agents so far
            {archive.agent_count > 1 && `, shared by ${archive.agent_count} agents`}
          </span>
        </li>
      ))}
    </ul>
  )
}
