import { createHash } from 'node:crypto'
import type { CompiledQuery } from 'kysely'
import { isKept } from '../database/compiled.ts'

/** Names of statements whose plan the server keeps for each connection. */
export interface StatementNames {
  /** Undefined: it is not kept. */
  nameOf(query: CompiledQuery): string | undefined
  /** The server, or a pooler before it, lost one: from now on none is named. */
  stop(): void
}

/**
 * A name follows from the text, so behind a pooler that gives connections to several processes it never stands for
 * another statement.
 */
export function statementNames(): StatementNames {
  const names = new Map<string, string>()
  let isOn = true
  return {
    nameOf(query) {
      if (!isOn || !isKept(query)) return undefined
      const name =
        names.get(query.sql) ??
        `recollect_${createHash('sha256').update(query.sql).digest('hex').slice(0, 32)}`
      names.set(query.sql, name)
      return name
    },
    stop() {
      isOn = false
    },
  }
}
