import { z } from 'zod'
import { UserError } from '../../core/errors.ts'
import type { RunId } from '../../core/ids.ts'
import { isId } from '../../core/ids.ts'

/*
 * A call in which the client is asked something comes back with the answer, and may be asked again: what it has to know
 * of its own past it takes with it, sealed.
 */

export interface Round {
  readonly runId: RunId
  /** What the client's model was asked; absent: it was the person. */
  readonly ask?: string | undefined
  /** How often the client was asked in this call. */
  readonly asked: number
  /** In milliseconds since 1970: from then on its model is asked no more. */
  readonly until: number
}

/** Clients go through so many rounds by themselves: ten, where the SDK is left as it is. */
export const MOST_ROUNDS = 10
/** Of them, those in which its model may be asked; the rest is for the person. */
export const MOST_ASKED = 8

const Written = z.object({
  runId: z.string().refine((id): id is RunId => isId('run', id)),
  ask: z.string().optional(),
  asked: z.int(),
  until: z.number(),
})

export function writeRound(round: Round): string {
  return JSON.stringify(round)
}

/** Throws a UserError for what another tool put aside. */
export function readRound(text: string): Round {
  try {
    return Written.parse(JSON.parse(text))
  } catch {
    throw new UserError(
      'invalid_argument',
      'This call brings an answer to something that another tool asked. Call again without it.',
    )
  }
}
