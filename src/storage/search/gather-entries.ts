import {
  type Connection,
  TEXT_INDEXES,
  type TextEntry,
  type TextSearch,
} from '../database/dialect.ts'

/** More come from an import, and are added in between. Chosen by hand. */
const MAX_GATHERED = 100

type Entries = { readonly [Index in (typeof TEXT_INDEXES)[number]]: TextEntry[] }

export interface Gathering {
  readonly textSearch: TextSearch
  /** Adds the entries of the work at its end, in as few statements as the database allows. */
  gather<T>(db: Connection, work: () => Promise<T>): Promise<T>
}

/** An index whose entries are gathered for the end of a transaction; whatever takes some away comes after those. */
export function gatherEntries(textSearch: TextSearch): Gathering {
  const gathered = new WeakMap<Connection, Entries>()

  async function flush(db: Connection): Promise<void> {
    const entries = gathered.get(db)
    if (!entries) return
    const some = { passage: entries.passage.splice(0), message: entries.message.splice(0) }
    if (some.passage.length + some.message.length > 0) await textSearch.addAll(db, some)
  }

  return {
    textSearch: {
      ...textSearch,
      async add(db, index, entries) {
        const others = gathered.get(db)
        if (!others) return textSearch.add(db, index, entries)
        others[index].push(...entries)
        if (TEXT_INDEXES.some((one) => others[one].length > MAX_GATHERED)) await flush(db)
      },
      async remove(db, ...removed) {
        await flush(db)
        await textSearch.remove(db, ...removed)
      },
      async forget(db, scopes) {
        await flush(db)
        await textSearch.forget(db, scopes)
      },
    },
    async gather(db, work) {
      gathered.set(db, { passage: [], message: [] })
      const result = await work()
      await flush(db)
      gathered.delete(db)
      return result
    },
  }
}
