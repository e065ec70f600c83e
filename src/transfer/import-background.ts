import type { Scope } from '../core/access.ts'
import { type Timestamp, toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import { type AgentId, newId } from '../core/ids.ts'
import type { Schedule } from '../core/schedule.ts'
import { excerpt } from '../core/text.ts'
import type { SleeptimeSettings } from '../storage/port/store.ts'
import type { AgentChecks } from './format/agent-checks.ts'
import type { AgentFile } from './format/agent-file.ts'
import type { FileSchedule } from './format/agent-file-background.ts'
import { modelWarnings } from './import-settings.ts'

/** Characters of a message in a warning. Chosen by hand. */
const MESSAGE_SHOWN = 60

export interface ImportedBackground {
  readonly schedules: readonly Schedule[]
  readonly sleeptime: { readonly settings: SleeptimeSettings; readonly doneTo: number } | undefined
  readonly warnings: readonly string[]
}

/** Work that costs tokens while nobody talks to the agent, so a warning tells of each. */
export async function importBackground(
  agentId: AgentId,
  { agent, schedules = [], sleeptime }: AgentFile,
  checks: AgentChecks,
  scopes: readonly Scope[] | null,
  now: number,
): Promise<ImportedBackground> {
  const kept: Schedule[] = []
  const warnings: string[] = []
  for (const [
    index,
    { message, cron = null, timezone, next_at, created_at },
  ] of schedules.entries()) {
    const shown = JSON.stringify(excerpt(message, MESSAGE_SHOWN))
    const nextAt = await nextOf({ cron, timezone, next_at }, checks, now, index)
    if (nextAt === undefined) {
      warnings.push(`The message ${shown} was due at ${next_at}, and was not imported.`)
      continue
    }
    kept.push({
      ...{ id: newId('schedule'), agentId, message, cron, timezone, nextAt, scopes },
      ...{ lastAt: null, lastRunId: null, error: null, createdAt: created_at },
    })
    const when = cron === null ? `at ${nextAt}` : `by "${cron}", next at ${nextAt}`
    warnings.push(
      `${agent.name} is sent the message ${shown} ${when}. If that is not wanted, delete it with delete_schedule.`,
    )
  }
  if (!sleeptime) return { schedules: kept, sleeptime: undefined, warnings }
  const {
    enabled: isEnabled,
    every_turns: everyTurns,
    model,
    writes_notes: writesNotes,
  } = sleeptime
  warnings.push(...(await modelWarnings('sleeptime model', model, checks)))
  if (isEnabled)
    warnings.push(
      `${agent.name} has a sleep-time agent, which tidies its memory after every ${everyTurns} turns. If that is not wanted, turn it off with configure_sleeptime.`,
    )
  const settings = { isEnabled, everyTurns, model, writesNotes }
  return { schedules: kept, sleeptime: { settings, doneTo: sleeptime.done_to }, warnings }
}

/** Undefined: it does not come any more. */
async function nextOf(
  {
    cron,
    timezone,
    next_at,
  }: { readonly cron: string | null } & Pick<FileSchedule, 'timezone' | 'next_at'>,
  checks: AgentChecks,
  now: number,
  index: number,
): Promise<Timestamp | undefined> {
  if (cron === null) return Date.parse(next_at) > now ? toTimestamp(Date.parse(next_at)) : undefined
  try {
    return await checks.nextTime(cron, timezone, now)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw new UserError(
      error.code,
      `Invalid file at schedules[${index}].cron; nothing was imported. ${error.message}`,
    )
  }
}
