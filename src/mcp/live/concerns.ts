import type { Change, Concerned } from '../../core/event.ts'
import { type IdPrefix, isId } from '../../core/ids.ts'
import type { Resource, Variables } from '../resources/define-resource.ts'

export interface Subject {
  readonly uri: Resource['uri']
  readonly variables: Variables
}

/** `perhaps`: only who reads it knows. */
export type Concern = 'no' | 'perhaps' | 'certainly'

/** Whether a change concerns a resource. `concerned` undefined: it could not be found out whom it concerns. */
export function concerns(
  { kind, subjectId }: Pick<Change, 'kind' | 'subjectId'>,
  concerned: Concerned | undefined,
  { uri, variables }: Subject,
): Concern {
  const { agent_id = '', label, run_id = '' } = variables
  const isOurs = concerned?.agents.some((id) => id === agent_id) || agent_id === subjectId
  const mayBeOurs = isOurs || concerned === undefined || mayMeanAny('agent', agent_id)
  const isGone = kind === 'agent' && concerned?.agents.length === 0
  switch (uri) {
    case 'recollect://agents':
      return kind === 'agent' ? 'certainly' : 'no'
    case 'recollect://agents/{agent_id}':
    case 'recollect://agents/{agent_id}/context':
      return kind !== 'run' && mayBeOurs ? 'certainly' : 'no'
    case 'recollect://agents/{agent_id}/memory':
      if (kind === 'block' && isOurs) return 'certainly'
      return perhaps((kind === 'block' || kind === 'agent') && mayBeOurs)
    case 'recollect://agents/{agent_id}/memory/{label}':
      if (kind === 'block' && isOurs) return concerned?.label === label ? 'certainly' : 'no'
      return perhaps((kind === 'block' || kind === 'agent') && mayBeOurs)
    case 'recollect://agents/{agent_id}/messages':
      return perhaps((kind === 'messages' || kind === 'agent') && mayBeOurs)
    case 'recollect://runs/{run_id}':
      if (kind === 'run') return perhaps(run_id === subjectId || mayMeanAny('run', run_id))
      // A step that ends writes messages; and a run goes with its agent.
      return perhaps(kind === 'messages' || isGone)
    case 'recollect://passages/{passage_id}':
      return perhaps(kind === 'archive' || isGone)
    default:
      return 'perhaps'
  }
}

function perhaps(mayBe: boolean): Concern {
  return mayBe ? 'perhaps' : 'no'
}

/** A name, or an id that is not written out. */
function mayMeanAny(prefix: IdPrefix, reference: string): boolean {
  return !isId(prefix, reference)
}

/**
 * These sum up much and are dear to read: what concerns them does so certainly, and nobody reads them before their
 * subscribers do.
 */
export function isSummary({ uri }: Subject): boolean {
  return (
    uri === 'recollect://agents' ||
    uri === 'recollect://agents/{agent_id}' ||
    uri === 'recollect://agents/{agent_id}/context'
  )
}
