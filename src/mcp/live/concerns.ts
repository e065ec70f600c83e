import type { Change, Concerned } from '../../core/event.ts'
import { type IdPrefix, isId } from '../../core/ids.ts'
import type { Resource, Variables } from '../resources/define-resource.ts'

export interface Subject {
  readonly uri: Resource['uri']
  readonly variables: Variables
}

/** Kinds of changes that change no agent. */
const OF_NO_AGENT: ReadonlySet<Change['kind']> = new Set(['run', 'job', 'group', 'schedule'])

/** `perhaps`: only reading the resource tells. */
export type Concern = 'no' | 'perhaps' | 'certainly'

/** Whether a change affects a resource. `concerned` is undefined if the affected agents could not be determined. */
export function concerns(
  { kind, subjectId }: Pick<Change, 'kind' | 'subjectId'>,
  concerned: Concerned | undefined,
  { uri, variables }: Subject,
): Concern {
  const { agent_id = '', label, job_id = '', tool_id = '', group_id = '' } = variables
  const isOurs = concerned?.agents.some((id) => id === agent_id) || agent_id === subjectId
  const mayBeOurs = isOurs || concerned === undefined || mayMeanAny('agent', agent_id)
  const isGone = kind === 'agent' && concerned?.agents.length === 0
  switch (uri) {
    case 'recollect://agents':
      return kind === 'agent' ? 'certainly' : 'no'
    case 'recollect://runs':
      // Only reading tells a client of one agent whether the run is of that agent.
      return perhaps(kind === 'run' || isGone)
    case 'recollect://agents/{agent_id}':
    case 'recollect://agents/{agent_id}/context':
      return !OF_NO_AGENT.has(kind) && mayBeOurs ? 'certainly' : 'no'
    case 'recollect://agents/{agent_id}/memory':
      if (kind === 'block' && isOurs) return 'certainly'
      return perhaps((kind === 'block' || kind === 'agent') && mayBeOurs)
    case 'recollect://agents/{agent_id}/memory/{label}':
      if (kind === 'block' && isOurs) return concerned?.label === label ? 'certainly' : 'no'
      return perhaps((kind === 'block' || kind === 'agent') && mayBeOurs)
    case 'recollect://agents/{agent_id}/messages':
      return perhaps((kind === 'messages' || kind === 'agent') && mayBeOurs)
    case 'recollect://runs/{run_id}':
      // A run shows what the runs that it waits for need. The end of a step writes messages, and a run is deleted with
      // its agent.
      return perhaps(kind === 'run' || kind === 'messages' || isGone)
    case 'recollect://tools':
      return perhaps(kind === 'tool')
    case 'recollect://jobs':
      return perhaps(kind === 'job' || isGone)
    case 'recollect://tools/{tool_id}':
      if (kind !== 'tool') return 'no'
      return perhaps(tool_id === subjectId || mayMeanAny('tool', tool_id))
    case 'recollect://groups/{group_id}':
      // It shows names of its agents, and loses those that are deleted.
      if (kind === 'agent') return 'perhaps'
      return perhaps(kind === 'group' && (group_id === subjectId || mayMeanAny('group', group_id)))
    case 'recollect://jobs/{job_id}':
      // A job is deleted with its agent.
      if (kind === 'job') return perhaps(job_id === subjectId || mayMeanAny('job', job_id))
      return perhaps(isGone)
    case 'recollect://passages/{passage_id}':
      return perhaps(kind === 'archive' || isGone)
    default:
      return 'perhaps'
  }
}

function perhaps(mayBe: boolean): Concern {
  return mayBe ? 'perhaps' : 'no'
}

/** True for a name or a shortened id, which may mean any object of that kind. */
function mayMeanAny(prefix: IdPrefix, reference: string): boolean {
  return !isId(prefix, reference)
}

/**
 * Summaries are expensive to read, so every change that concerns them counts as certain and they are not read before
 * notifying.
 */
export function isSummary({ uri }: Subject): boolean {
  return (
    uri === 'recollect://agents' ||
    uri === 'recollect://agents/{agent_id}' ||
    uri === 'recollect://agents/{agent_id}/context'
  )
}
