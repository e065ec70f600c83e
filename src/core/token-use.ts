import type { Timestamp } from './clock.ts'
import type { Run } from './run.ts'

/** Purposes under which tokens are counted. */
export const PURPOSES = ['conversation', 'background', 'summary'] as const
export type Purpose = (typeof PURPOSES)[number]

/** Share of a day's tokens from which on only conversations go on. Chosen by hand. */
const BACKGROUND_SHARE = 0.8
const DAY_MILLISECONDS = 86_400_000

/** Days are those of UTC. */
export function dayOf(at: Timestamp): string {
  return at.slice(0, 10)
}

/** When the next day begins, in milliseconds since 1970. */
export function nextDay(now: number): number {
  return (Math.floor(now / DAY_MILLISECONDS) + 1) * DAY_MILLISECONDS
}

/** Whether work of that purpose has to stop for the day. */
export function isSpent(used: number, limit: number, purpose: Purpose): boolean {
  return used >= (purpose === 'background' ? limit * BACKGROUND_SHARE : limit)
}

export function sumOf(tokens: Readonly<Partial<Record<Purpose, number>>>): number {
  return PURPOSES.reduce((sum, purpose) => sum + (tokens[purpose] ?? 0), 0)
}

/** Nobody waits for tasks, jobs and what the server itself begins. */
export function purposeOf({ sender, notice }: Pick<Run, 'sender' | 'notice'>): Purpose {
  return sender === 'system' || notice !== 'none' ? 'background' : 'conversation'
}

export function spentText(used: number, limit: number, purpose: Purpose): string {
  const until = 'It goes on at 00:00 UTC; a higher limit lets it go on now.'
  return purpose === 'background'
    ? `Work in the background has stopped for today: ${used} of ${limit} tokens are used (RECOLLECT_MAX_TOKENS_PER_DAY), and the rest is kept for conversations. ${until}`
    : `No model is called any more today: ${used} of ${limit} tokens are used (RECOLLECT_MAX_TOKENS_PER_DAY). ${until}`
}
