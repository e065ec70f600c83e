import { statSync } from 'node:fs'
import type DatabaseHandle from 'better-sqlite3'
import type { RankedRequest } from '../database/search-request.ts'
import { codeOf, inWords } from './errors.ts'
import { loadDriver } from './native.ts'
import { createSearcher, type Searcher } from './searcher.ts'
import { createSearchThread, type SearchThread, type SearchThreadSetup } from './searches.ts'

/** A file of some 1,000 passages, which are searched in a few milliseconds. Chosen by hand. */
const SMALL_BYTES = 4 * 1024 * 1024
/** Chosen by hand: a question of a person or an agent. */
const MOST_CHARACTERS = 1_000
/** Archives or conversations to search in. Chosen by hand. */
const MOST_PLACES = 50

/**
 * Searches a small file without the thread, whose start takes longer than the search, and a quarter of the memory of a
 * server that has little to search. Vectors are searched in the thread.
 */
export function createSearches(setup: SearchThreadSetup): SearchThread {
  const thread = createSearchThread(setup)
  let handle: DatabaseHandle.Database | undefined
  let searcher: Searcher | undefined

  function open(): Searcher {
    const Driver = loadDriver()
    // It does not wait for locks here, where everything else would wait with it.
    handle ??= new Driver(setup.database, { readonly: true, timeout: 0 })
    return createSearcher(handle, { vectorBytes: 0 })
  }

  /** In the thread after all if another process holds a lock. */
  async function here<T>(
    search: (searcher: Searcher) => Promise<T>,
    inThread: () => Promise<T>,
  ): Promise<T> {
    try {
      searcher ??= open()
      return await search(searcher)
    } catch (error) {
      if (codeOf(error).startsWith('SQLITE_BUSY')) return inThread()
      throw inWords(error)
    }
  }

  const { searches } = thread
  return {
    searches: {
      prepare(wants) {
        if (wants.meaning || !isSmall(setup.database)) searches.prepare(wants)
      },
      ranked(request) {
        const inThread = () => searches.ranked(request)
        return isSmall(setup.database) && isQuick(request)
          ? here((small) => small.ranked(0, request), inThread)
          : inThread()
      },
      alike(request) {
        const inThread = () => searches.alike(request)
        return isSmall(setup.database)
          ? here((small) => small.alike(0, request), inThread)
          : inThread()
      },
      indexBytes: searches.indexBytes,
    },
    async close() {
      handle?.close()
      await thread.close()
    },
  }
}

function isSmall(database: string): boolean {
  return (statSync(database, { throwIfNoEntry: false })?.size ?? 0) <= SMALL_BYTES
}

function isQuick({ query, meaning, filter }: RankedRequest): boolean {
  const places = filter.scopes.length + filter.owners.length
  return meaning === undefined && query.length <= MOST_CHARACTERS && places <= MOST_PLACES
}
