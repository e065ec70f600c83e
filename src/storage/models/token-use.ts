import { z } from 'zod'
import { dayOf, PURPOSES } from '../../core/token-use.ts'
import { atEnd } from '../database/at-end.ts'
import { compiled } from '../database/compiled.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { TokenUseReads, TokenUseWrites } from '../port/store.ts'

const Stored = z.enum(PURPOSES)
/** Rows that the writers of one day and purpose are spread over, so that they seldom wait for one another. */
const PARTS = 16

export function tokenUseReads({ db, namespace }: QueryScope): TokenUseReads {
  return {
    async totals(day) {
      let select = db
        .selectFrom('token_use')
        .select(({ fn }) => ['purpose', fn.sum<number>('total_tokens').as('tokens')])
        .where('namespace', '=', namespace)
        .groupBy('purpose')
      if (day !== undefined) select = select.where('day', '=', day)
      const rows = await select.execute()
      return Object.fromEntries(rows.map((row) => [Stored.parse(row.purpose), Number(row.tokens)]))
    },
  }
}

interface Spent {
  readonly namespace: string
  readonly day: string
  readonly purpose: string
  readonly part: number
  readonly prompt: number
  readonly completion: number
  readonly total: number
}

const addTokens = compiled((db, spent: Spent) =>
  db
    .insertInto('token_use')
    .values({
      namespace: spent.namespace,
      day: spent.day,
      purpose: spent.purpose,
      part: spent.part,
      prompt_tokens: spent.prompt,
      completion_tokens: spent.completion,
      total_tokens: spent.total,
    })
    .onConflict((conflict) =>
      conflict.columns(['namespace', 'day', 'purpose', 'part']).doUpdateSet((eb) => ({
        prompt_tokens: eb('token_use.prompt_tokens', '+', spent.prompt),
        completion_tokens: eb('token_use.completion_tokens', '+', spent.completion),
        total_tokens: eb('token_use.total_tokens', '+', spent.total),
      })),
    ),
)

export function tokenUseWrites({ db, namespace }: QueryScope): TokenUseWrites {
  return {
    async add(purpose, agentId, { promptTokens, completionTokens, totalTokens }, at) {
      if (totalTokens <= 0) return
      const part = Number.parseInt(agentId.slice(-2), 16) % PARTS
      const own = { namespace, day: dayOf(at), purpose, part }
      const tokens = { prompt: promptTokens, completion: completionTokens, total: totalTokens }
      await atEnd(db, async () => void (await addTokens(db, { ...own, ...tokens })))
    },
  }
}
