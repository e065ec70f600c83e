import type { RunId } from '../../core/ids.ts'
import type { RunStep } from '../../core/run.ts'
import type { QueryScope } from '../database/query-scope.ts'
import { callReads } from './tool-calls.ts'

/** The steps of a run in order, each with its tool calls. */
export async function stepsOf(scope: QueryScope, runId: RunId): Promise<readonly RunStep[]> {
  const calls = await callReads(scope).calls(runId)
  const rows = await scope.db
    .selectFrom('step')
    .selectAll()
    .where('namespace', '=', scope.namespace)
    .where('run_id', '=', runId)
    .orderBy('number')
    .execute()
  return rows.map((row) => ({
    number: row.number,
    model: row.model,
    startedAt: row.started_at,
    completedAt: row.completed_at,
    attempts: row.attempts,
    usage: {
      promptTokens: row.prompt_tokens,
      completionTokens: row.completion_tokens,
      totalTokens: row.total_tokens,
      cachedTokens: row.cached_tokens,
      reasoningTokens: row.reasoning_tokens,
    },
    calls: calls
      .filter(({ step }) => step === row.number)
      .map(({ id, name, status, approval }) => ({ id, name, status, approval })),
  }))
}
