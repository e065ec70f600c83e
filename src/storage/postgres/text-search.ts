import type { TextSearch } from '../dialect.ts'

export const postgresTextSearch: TextSearch = {
  async create() {},
  async drop() {},
  async add() {},
  async remove() {},
  async forget() {},
}
