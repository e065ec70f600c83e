import type { ExpressionBuilder } from 'kysely'
import type { Database } from '../database/schema.ts'

/** Passages in the archives of the agent of the query. */
export function passagesOfAgent(selectFrom: ExpressionBuilder<Database, 'agent'>['selectFrom']) {
  return selectFrom('archive')
    .innerJoin('agent_archive', (join) =>
      join
        .onRef('agent_archive.namespace', '=', 'archive.namespace')
        .onRef('agent_archive.archive_id', '=', 'archive.id'),
    )
    .select((archive) => archive.fn.sum<number>('archive.passage_count').as('count'))
    .whereRef('agent_archive.namespace', '=', 'agent.namespace')
    .whereRef('agent_archive.agent_id', '=', 'agent.id')
    .as('passages')
}
