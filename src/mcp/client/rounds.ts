import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import type { RunId } from '../../core/ids.ts'
import { isId } from '../../core/ids.ts'

/*
 * A call may need several rounds of questions to the client. Its state travels with the client between rounds, sealed.
 */

export interface Round {
  readonly runId: RunId
  /** Id of the sampling request; absent if the person was asked. */
  readonly ask?: string | undefined
  /** Rounds of this call so far. */
  readonly asked: number
  /** Unix time in milliseconds after which the client's model is not asked again. */
  readonly until: number
}

/** Rounds per call. The SDK's clients follow ten by default. */
export const MAX_ROUNDS = 10
/** Rounds in which the client's model may be asked; the rest are for the person. Chosen by hand. */
export const MAX_SAMPLING_ROUNDS = 8

const Written = z.object({
  runId: z.string().refine((id): id is RunId => isId('run', id)),
  ask: z.string().optional(),
  asked: z.int(),
  until: z.number(),
})

export function writeRound(round: Round): string {
  return JSON.stringify(round)
}

/** Throws a UserError if the state belongs to another tool. */
export function readRound(text: string): Round {
  try {
    return Written.parse(JSON.parse(text))
  } catch {
    throw new UserError(
      'invalid_argument',
      'This call contains an answer to a question of another tool. Call again without it.',
    )
  }
}
