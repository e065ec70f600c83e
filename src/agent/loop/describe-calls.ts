import { isRecord } from '../../core/is-record.ts'
import type { StepCall } from '../../storage/port/store.ts'

/** Says in a phrase how calls of memory tools changed memory; empty: not at all. Pure. */
export function describeCalls(
  calls: readonly Pick<StepCall, 'name' | 'arguments' | 'status'>[],
): string {
  const labels = new Set<string>()
  let stored = 0
  let replaced = 0
  for (const call of calls.filter(({ status }) => status === 'success')) {
    const args = fieldsOf(call.arguments)
    if (call.name.startsWith('memory_') && typeof args.label === 'string') labels.add(args.label)
    if (['archival_memory_insert', 'archival_memory_note'].includes(call.name)) stored += 1
    if (typeof args.supersedes === 'string' && args.supersedes !== '') replaced += 1
    if (call.name === 'archival_memory_merge' && Array.isArray(args.passage_ids)) {
      stored += 1
      replaced += args.passage_ids.length
    }
  }
  const parts = [
    ...(labels.size > 0 ? [`edited ${[...labels].join(', ')}`] : []),
    ...(stored > 0 ? [`stored ${count(stored)}`] : []),
    ...(replaced > 0 ? [`superseded ${count(replaced)}`] : []),
  ]
  return parts.join('; ')
}

function count(passages: number): string {
  return passages === 1 ? '1 passage' : `${passages} passages`
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}
