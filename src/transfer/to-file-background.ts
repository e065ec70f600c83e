import type { AgentId } from '../core/ids.ts'
import { allOf } from '../core/page.ts'
import type { Reads } from '../storage/port/store.ts'
import type { FileSchedule, FileSleeptime } from './format/agent-file-background.ts'
import type { Numbering } from './to-file.ts'

/** Schedules that are not over, oldest first. */
export async function schedulesOf(
  reads: Reads,
  agentId: AgentId,
): Promise<readonly FileSchedule[]> {
  const all = await allOf((page) => reads.schedules.list({ ...page, agentId }))
  return all.toReversed().flatMap(({ message, cron, timezone, nextAt, createdAt: created_at }) => {
    if (nextAt === null) return []
    return [{ message, ...(cron !== null && { cron }), timezone, next_at: nextAt, created_at }]
  })
}

/** Undefined: it never had a sleep-time agent. */
export async function sleeptimeOf(
  reads: Reads,
  agentId: AgentId,
  numberOf: Numbering,
): Promise<FileSleeptime | undefined> {
  const sleeptime = await reads.sleeptime.get(agentId)
  if (!sleeptime) return undefined
  const { isEnabled: enabled, everyTurns: every_turns, model, writesNotes, doneTo } = sleeptime
  const done_to = (await numberOf(doneTo + 1)) - 1
  return { enabled, every_turns, model, writes_notes: writesNotes, done_to }
}
