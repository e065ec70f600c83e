import type { Change } from '../../core/event.ts'
import { type IdPrefix, isId } from '../../core/ids.ts'
import type { Resource, Variables } from '../resources/define-resource.ts'

export interface Subject {
  readonly uri: Resource['uri']
  readonly variables: Variables
}

/**
 * Whether the resource may read otherwise after the change. `agents` are those whose memory or settings it concerns, none
 * if what changed is gone; undefined: nobody knows.
 */
export function concerns(
  { kind, subjectId }: Pick<Change, 'kind' | 'subjectId'>,
  agents: readonly string[] | undefined,
  { uri, variables }: Subject,
): boolean {
  const isGone = kind === 'agent' && agents?.length === 0
  const { agent_id = '', run_id = '' } = variables
  const isOfAgent =
    agents === undefined ||
    agents.includes(agent_id) ||
    agent_id === subjectId ||
    mayMeanAny('agent', agent_id)
  switch (uri) {
    case 'recollect://agents':
      return kind === 'agent'
    case 'recollect://agents/{agent_id}':
    case 'recollect://agents/{agent_id}/context':
      return kind !== 'run' && isOfAgent
    case 'recollect://agents/{agent_id}/memory':
    case 'recollect://agents/{agent_id}/memory/{label}':
      return (kind === 'block' || kind === 'agent') && isOfAgent
    case 'recollect://agents/{agent_id}/messages':
      return (kind === 'messages' || kind === 'agent') && isOfAgent
    case 'recollect://runs/{run_id}':
      if (kind === 'run') return run_id === subjectId || mayMeanAny('run', run_id)
      // A step that ends writes messages, and goes with its agent.
      return kind === 'messages' || isGone
    case 'recollect://passages/{passage_id}':
      return kind === 'archive' || isGone
    default:
      return true
  }
}

/** A name, or an id that is not written out. */
function mayMeanAny(prefix: IdPrefix, reference: string): boolean {
  return !isId(prefix, reference)
}

/**
 * Summaries of much, dear to read: their subscribers are told of every change that concerns them. The other resources
 * are read and compared, so that only who would read something else is told.
 */
export function isSummary({ uri }: Subject): boolean {
  return (
    uri === 'recollect://agents' ||
    uri === 'recollect://agents/{agent_id}' ||
    uri === 'recollect://agents/{agent_id}/context'
  )
}
