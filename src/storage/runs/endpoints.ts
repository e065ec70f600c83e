import type { Connection } from '../database/dialect.ts'
import type { EndpointStore } from '../port/store.ts'

export function createEndpointStore(
  reader: Connection,
  transact: <T>(work: (trx: Connection) => Promise<T>) => Promise<T>,
): EndpointStore {
  return {
    async answered() {
      const rows = await reader.selectFrom('endpoint').select('base_url').execute()
      return new Set(rows.map((row) => row.base_url))
    },
    async note(baseUrl, at) {
      await transact((trx) =>
        trx
          .insertInto('endpoint')
          .values({ base_url: baseUrl, answered_at: at })
          .onConflict((conflict) => conflict.column('base_url').doNothing())
          .execute(),
      )
    },
  }
}
