import { useState } from 'preact/hooks'
import { useDesk } from '../../desk/desk.ts'
import { useBlocks } from '../../desk/memory.ts'
import type { Agent } from '../../mcp/shapes.ts'
import { Button, Empty, Problem, Waiting } from '../../ui/parts.tsx'
import { BlockCard } from './block-card.tsx'
import { NewBlock } from './new-block.tsx'

interface MemoryTabProps {
  readonly agent: Agent
  readonly detail: string | undefined
}

export function MemoryTab({ agent, detail }: MemoryTabProps) {
  const desk = useDesk()
  const { value: blocks, problem, reload } = useBlocks(agent.id)
  const [isAdding, setAdding] = useState(false)
  if (!blocks) {
    return problem ? (
      <Problem text={problem} onRetry={reload} />
    ) : (
      <Waiting>Reading memory …</Waiting>
    )
  }
  return (
    <div class="page">
      <div class="row between">
        <p class="dim">
          What {agent.name} always sees. It edits these blocks itself; so can you, and every version
          is kept.
        </p>
        {desk.can('write_memory_block') && (
          <Button aria-expanded={isAdding} onClick={() => setAdding(!isAdding)}>
            New block
          </Button>
        )}
      </div>
      {isAdding && <NewBlock agent={agent} onDone={() => setAdding(false)} />}
      {blocks.length === 0 && (
        <Empty title="No blocks">
          <p>
            A block is a labelled text in the agent's context, such as <code>human</code> or{' '}
            <code>project</code>.
          </p>
        </Empty>
      )}
      <div class="blocks">
        {blocks.map((block) => (
          <BlockCard key={block.id} agent={agent} block={block} isShown={block.label === detail} />
        ))}
      </div>
    </div>
  )
}
