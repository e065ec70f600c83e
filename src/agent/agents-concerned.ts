import type { Change } from '../core/event.ts'
import { type AgentId, isId } from '../core/ids.ts'
import type { Reads } from '../storage/store.ts'

/** The agents whose settings, memory or history a change concerns; none if what changed is gone, or is a run. */
export async function agentsConcerned(
  reads: Pick<Reads, 'agents' | 'blocks' | 'passages'>,
  { kind, subjectId }: Pick<Change, 'kind' | 'subjectId'>,
): Promise<readonly AgentId[]> {
  switch (kind) {
    case 'agent':
    case 'messages': {
      const agent = isId('agent', subjectId) ? await reads.agents.get(subjectId) : undefined
      return agent ? [agent.id] : []
    }
    case 'block':
      return isId('block', subjectId) ? reads.blocks.agentsOf(subjectId) : []
    case 'archive':
      return isId('archive', subjectId) ? reads.passages.agentsOf(subjectId) : []
    case 'run':
      return []
  }
}
