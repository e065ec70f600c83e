import { type ExpressionBuilder, sql } from 'kysely'
import type { Database } from '../database/schema.ts'

/**
 * All sums of a run's steps in one subquery, as numbers separated by blanks: runs are read more often than anything
 * else.
 */
export const USED = sql<string | null>`
  sum(step.prompt_tokens) || ' ' || sum(step.completion_tokens) || ' ' || sum(step.total_tokens) || ' ' ||
  sum(step.cached_tokens) || ' ' || sum(CASE step.state WHEN 'model' THEN 0 ELSE 1 END)`

/** The summed usage of a run's steps, as `toRun` reads it. */
export function usedOfRun(eb: ExpressionBuilder<Database, 'run'>) {
  return eb
    .selectFrom('step')
    .select(USED.as('used'))
    .whereRef('step.namespace', '=', 'run.namespace')
    .whereRef('step.run_id', '=', 'run.id')
    .as('used')
}
