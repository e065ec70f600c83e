import { useState } from 'preact/hooks'
import { type Desk, useDesk } from '../desk/desk.ts'
import { writeRoute } from '../desk/route.ts'
import { useLoaded } from '../desk/use-loaded.ts'
import type { ListedBlock, Paged, ShortAgent } from '../mcp/shapes.ts'
import { counted } from '../ui/format.ts'
import { Card, Empty, Problem, Waiting } from '../ui/parts.tsx'
import { SharedGraph } from './shared-graph.tsx'

const PAGE = 50
/** Blocks that are looked through for shared ones; chosen by hand. */
const MAX_BLOCKS = 500

/** Blocks that several agents have: what one writes, the others see. */
export function SharedView() {
  const desk = useDesk()
  const [chosen, setChosen] = useState<string | undefined>()
  const { value, problem, reload } = useLoaded('shared', ['recollect://agents'], () =>
    loadShared(desk),
  )
  if (!value) {
    return problem ? (
      <Problem text={problem} onRetry={reload} />
    ) : (
      <Waiting>Looking for shared blocks …</Waiting>
    )
  }
  const { blocks, names, isCut } = value
  return (
    <div class="page">
      <h1>Shared memory</h1>
      {blocks.length === 0 ? (
        <Empty title="No block is shared">
          <p>
            A block that several agents have is one text: when one of them edits it, all see it.
            Give agents a common block with <code>attach_block</code>, or create one with{' '}
            <code>block_ids</code>.
          </p>
        </Empty>
      ) : (
        <>
          <p class="dim">
            {counted(blocks.length, 'shared block')}
            {isCut && ` among the newest ${MAX_BLOCKS}`}. What one agent writes, the others see.
          </p>
          <Card title="Who shares what">
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
            <section class="graph-scroll" aria-label="Picture of who shares what" tabIndex={0}>
              <SharedGraph blocks={blocks} names={names} chosen={chosen} onChoose={setChosen} />
            </section>
          </Card>
          <ul class="shared-list">
            {blocks.map((block) => (
              <li key={block.id} class={block.id === chosen ? 'chosen' : ''}>
                <strong>{block.label}</strong>{' '}
                {block.shared_with.map((id) => (
                  <a
                    key={id}
                    class="chip"
                    href={writeRoute({ kind: 'agent', id, tab: 'memory', detail: block.label })}
                  >
                    {names.get(id) ?? id}
                  </a>
                ))}
                {block.agent_count > block.shared_with.length && (
                  <span class="dim"> and {block.agent_count - block.shared_with.length} more</span>
                )}
                <p class="text dim">{block.value}</p>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

async function loadShared(desk: Desk) {
  let all: readonly ListedBlock[] = []
  let cursor: string | undefined
  do {
    const page = await desk.call<Paged & { blocks: readonly ListedBlock[] }>('list_blocks', {
      limit: PAGE,
      cursor,
    })
    all = [...all, ...page.blocks]
    cursor = page.next_cursor
  } while (cursor !== undefined && all.length < MAX_BLOCKS)
  const blocks = all.filter(({ agent_count }) => agent_count > 1)
  const ids = [...new Set(blocks.flatMap(({ shared_with }) => shared_with))]
  const agents = await Promise.all(
    ids.map((agent) =>
      desk.call<{ agent: ShortAgent }>('get_agent', { agent }).catch(() => undefined),
    ),
  )
  const names = new Map(
    agents.flatMap((found) => (found ? [[found.agent.id, found.agent.name]] : [])),
  )
  return { blocks, names, isCut: cursor !== undefined }
}
