import { z } from 'zod'
import { LIMITS } from '../../core/limits.ts'
import { isTimezone } from '../../core/timezone.ts'
import { count, filled, moment, positive, upTo } from './agent-file-fields.ts'

/* Work of an agent while nobody talks to it. */

/** A message to the agent at a set time that is to come. */
export const schedule = z.strictObject({
  message: filled(LIMITS.scheduledMessage),
  /** Five fields; absent: once. */
  cron: filled(LIMITS.word).optional(),
  timezone: upTo(LIMITS.word).refine(isTimezone, 'expected a time zone like Europe/Berlin'),
  next_at: moment,
  created_at: moment,
})
export type FileSchedule = z.infer<typeof schedule>

/** Settings of its sleep-time agent, which an import creates anew. */
export const sleeptime = z.strictObject({
  enabled: z.boolean(),
  every_turns: positive,
  /** Null: the model of the agent. */
  model: upTo(LIMITS.handle).nullable(),
  writes_notes: z.boolean(),
  /** Number of the last message that it has tidied; 0: none. */
  done_to: count(0),
})
export type FileSleeptime = z.infer<typeof sleeptime>
