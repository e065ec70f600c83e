import { type IdPrefix, readId } from '../../core/ids.ts'

/** Id prefix by argument or URI variable. `agent` is missing because it may hold a name. */
const KINDS: Readonly<Record<string, IdPrefix>> = {
  agent_id: 'agent',
  run_id: 'run',
  job_id: 'job',
  group_id: 'group',
  schedule_id: 'schedule',
  passage_id: 'passage',
  supersedes: 'passage',
  block_id: 'block',
  block_ids: 'block',
  archive_id: 'archive',
  tool_call_id: 'call',
  around: 'message',
}

/** Adds missing prefixes to ids, because everything behind compares full ids. */
export function completeIds<Values extends Readonly<Record<string, unknown>>>(
  values: Values,
): Values {
  const entries = Object.entries(values).map(([name, value]) => {
    const kind = KINDS[name]
    return [name, kind === undefined ? value : completed(kind, value)]
  })
  return { ...values, ...Object.fromEntries(entries) }
}

function completed(kind: IdPrefix, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => completed(kind, item))
  return typeof value === 'string' ? (readId(kind, value) ?? value) : value
}
