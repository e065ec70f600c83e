import { type RawBuilder, sql } from 'kysely'
import { storedId } from '../../core/ids.ts'
import type { Step } from '../../core/step.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { WalkReads } from '../port/store.ts'
import { inOrderOf, walkIds } from './walk-ids.ts'

export function stepWalks(scope: QueryScope): Pick<WalkReads, 'steps' | 'step'> {
  const { db, namespace } = scope

  async function some(ids: readonly string[]): Promise<readonly Step[]> {
    if (ids.length === 0) return []
    const rows = await db
      .selectFrom('step')
      .innerJoin('run', (join) =>
        join.onRef('run.namespace', '=', 'step.namespace').onRef('run.id', '=', 'step.run_id'),
      )
      .selectAll('step')
      .select('run.agent_id')
      .where('step.namespace', '=', namespace)
      .where('step.id', 'in', ids)
      .execute()
    return inOrderOf(ids, rows).map((row) => ({
      id: storedId('step', row.id),
      runId: storedId('run', row.run_id),
      agentId: storedId('agent', row.agent_id),
      number: row.number,
      model: row.model,
      hasAnswer: row.state !== 'model',
      usage: {
        promptTokens: row.prompt_tokens,
        completionTokens: row.completion_tokens,
        totalTokens: row.total_tokens,
        cachedTokens: row.cached_tokens,
        reasoningTokens: row.reasoning_tokens,
      },
      feedback: row.feedback,
      startedAt: row.started_at,
      completedAt: row.completed_at,
    }))
  }

  return {
    async steps({ agentId, runId, ...walk }) {
      const where: readonly RawBuilder<boolean>[] = [
        ...(runId === undefined ? [] : [sql<boolean>`run_id = ${runId}`]),
        ...(agentId === undefined
          ? []
          : [
              sql<boolean>`run_id IN (SELECT id FROM run WHERE namespace = ${namespace} AND agent_id = ${agentId})`,
            ]),
      ]
      return some(await walkIds(scope, { table: 'step', keys: keysOf(runId), where }, walk))
    },

    async step(id) {
      const [step] = await some([id])
      return step
    },
  }
}

function keysOf(runId: string | undefined): readonly string[] {
  return runId === undefined ? ['started_at', 'id'] : ['number']
}
