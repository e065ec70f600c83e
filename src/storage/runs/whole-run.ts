import { sql } from 'kysely'
import { z } from 'zod'
import type { RunId } from '../../core/ids.ts'
import type { ModelUsage } from '../../core/run.ts'
import { compiled, perDialect } from '../database/compiled.ts'
import type { QueryScope } from '../database/query-scope.ts'
import { keysOf, readKeys } from '../messages/message-keys.ts'
import { messagesByKeys } from '../messages/messages-by-keys.ts'
import type { WholeRun } from '../port/store.ts'
import { toRun } from './stored-run.ts'
import { usedOfRun } from './used-of-run.ts'

const Texts = z.array(z.string())
const Step = z.object({
  model: z.string(),
  prompt: z.number(),
  completion: z.number(),
  total: z.number(),
  cached: z.number(),
  reasoning: z.number(),
  cost: z.number().nullable(),
})

const wholeOf = perDialect((dialect) => {
  /** The answers of the run, as JSON texts. */
  const step = dialect.record([
    ['model', sql.ref('step.model')],
    ['prompt', sql.ref('step.prompt_tokens')],
    ['completion', sql.ref('step.completion_tokens')],
    ['total', sql.ref('step.total_tokens')],
    ['cached', sql.ref('step.cached_tokens')],
    ['reasoning', sql.ref('step.reasoning_tokens')],
    ['cost', sql.ref('step.cost')],
  ])
  // `|| ''` makes it a text within the list.
  const steps = dialect.texts(sql`${step} || ''`, sql.ref('step.number'))
  return compiled((db, { namespace, id }: { readonly namespace: string; readonly id: string }) =>
    db
      .selectFrom('run')
      .selectAll('run')
      .select(usedOfRun)
      .select(({ selectFrom }) => [
        selectFrom('message')
          .select(keysOf(dialect, 'message').as('keys'))
          .whereRef('message.namespace', '=', 'run.namespace')
          .whereRef('message.run_id', '=', 'run.id')
          .as('message_keys'),
        selectFrom('step')
          .select(steps.as('steps'))
          .whereRef('step.namespace', '=', 'run.namespace')
          .whereRef('step.run_id', '=', 'run.id')
          .where('step.model', 'is not', null)
          .as('answers'),
      ])
      .where('run.namespace', '=', namespace)
      .where('run.id', '=', id),
  )
})

export async function wholeRun(scope: QueryScope, id: RunId): Promise<WholeRun | undefined> {
  const { db, namespace, dialect } = scope
  const [row] = (await wholeOf(dialect)(db, { namespace, id })).rows
  if (!row) return undefined
  const answers = Texts.parse(JSON.parse(row.answers ?? '[]'))
  return {
    run: toRun(row),
    messages: await messagesByKeys(scope, readKeys(row.message_keys)),
    usage: usageByModel(answers.map((text) => Step.parse(JSON.parse(text)))),
  }
}

function usageByModel(steps: readonly z.infer<typeof Step>[]): readonly ModelUsage[] {
  const models = new Map<string, ModelUsage>()
  for (const { model, cost, ...step } of steps) {
    const before = models.get(model)
    models.set(model, {
      model,
      steps: (before?.steps ?? 0) + 1,
      promptTokens: (before?.promptTokens ?? 0) + step.prompt,
      completionTokens: (before?.completionTokens ?? 0) + step.completion,
      totalTokens: (before?.totalTokens ?? 0) + step.total,
      cachedTokens: (before?.cachedTokens ?? 0) + step.cached,
      reasoningTokens: (before?.reasoningTokens ?? 0) + step.reasoning,
      ...((cost !== null || before?.cost !== undefined) && {
        cost: (before?.cost ?? 0) + (cost ?? 0),
      }),
    })
  }
  return [...models.values()]
}
