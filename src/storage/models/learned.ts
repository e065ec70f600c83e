import type { Connection } from '../database/dialect.ts'
import type { LearnedStore } from '../port/learned-store.ts'

export function createLearnedStore(
  reader: Connection,
  transact: <T>(work: (trx: Connection) => Promise<T>) => Promise<T>,
): LearnedStore {
  return {
    async get(baseUrl, model) {
      const row = await reader
        .selectFrom('learned')
        .select('abilities')
        .where('base_url', '=', baseUrl)
        .where('model', '=', model)
        .executeTakeFirst()
      return row?.abilities
    },

    async put({ baseUrl, model, abilities, learnedAt }) {
      const learned = { abilities, learned_at: learnedAt }
      await transact((trx) =>
        trx
          .insertInto('learned')
          .values({ base_url: baseUrl, model, ...learned })
          .onConflict((conflict) => conflict.columns(['base_url', 'model']).doUpdateSet(learned))
          .execute(),
      )
    },

    async list() {
      const rows = await reader
        .selectFrom('learned')
        .selectAll()
        .orderBy('base_url')
        .orderBy('model')
        .execute()
      return rows.map((row) => ({
        baseUrl: row.base_url,
        model: row.model,
        abilities: row.abilities,
        learnedAt: row.learned_at,
      }))
    },

    forget: (of) =>
      transact(async (trx) => {
        let removal = trx.deleteFrom('learned')
        if (of !== 'all') {
          removal = removal.where('base_url', '=', of.baseUrl).where('model', '=', of.model)
        }
        const { numDeletedRows } = await removal.executeTakeFirst()
        return Number(numDeletedRows)
      }),
  }
}
