import type { Change, Concerned } from '../core/event.ts'
import { type AgentId, isId } from '../core/ids.ts'
import type { Reads } from '../storage/port/store.ts'

export async function concernedBy(
  { kind, subjectId }: Pick<Change, 'kind' | 'subjectId'>,
  reads: Pick<Reads, 'agents' | 'blocks' | 'archives'>,
): Promise<Concerned> {
  switch (kind) {
    case 'agent':
    case 'messages': {
      const agent = isId('agent', subjectId) ? await reads.agents.get(subjectId) : undefined
      return { agents: agent ? [agent.id] : [] }
    }
    case 'block': {
      const block = isId('block', subjectId) ? await reads.blocks.get(subjectId) : undefined
      if (!block) return { agents: [] }
      return { agents: await reads.blocks.agentsOf(block.id), label: block.label }
    }
    case 'archive':
      return { agents: await holdersOf(subjectId, reads) }
    case 'run':
    case 'tool':
    case 'job':
    case 'group':
    case 'schedule':
      return { agents: [] }
  }
}

async function holdersOf(
  archiveId: string,
  { archives }: Pick<Reads, 'archives'>,
): Promise<readonly AgentId[]> {
  if (!isId('archive', archiveId)) return []
  return (await archives.agentsOf(archiveId)).map(({ agentId }) => agentId)
}
