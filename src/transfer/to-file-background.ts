import type { AgentId } from '../core/ids.ts'
import type { Reads } from '../storage/port/store.ts'
import type { FileSchedule, FileSleeptime } from './format/agent-file-background.ts'
import type { Numbering } from './to-file.ts'

/** Schedules per read. Chosen by hand. */
const ROWS = 200

/** Schedules that are not over, oldest first. */
export async function schedulesOf(
  reads: Reads,
  agentId: AgentId,
): Promise<readonly FileSchedule[]> {
  const found: FileSchedule[] = []
  let cursor: string | undefined
  do {
    const page = await reads.schedules.list({ agentId, limit: ROWS, cursor })
    for (const { message, cron, timezone, nextAt, createdAt: created_at } of page.items) {
      if (nextAt === null) continue
      found.push({ message, ...(cron !== null && { cron }), timezone, next_at: nextAt, created_at })
    }
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return found.reverse()
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
