import type { MessageRole } from '../core/message.ts'
import { indexWords } from '../search/words.ts'
import type { Connection, Dialect, TextEntry, TextIndex } from './dialect.ts'
import { messageScope, passageScope } from './search-scope.ts'

/* Fills an empty keyword index from its table, for migrations that change how words are made. */

const AT_ONCE = 1_000

export async function indexPassages(db: Connection, dialect: Dialect): Promise<void> {
  await index('passage', db, dialect, async (after) => {
    const rows = await db
      .selectFrom('passage')
      .select(['row', 'namespace', 'archive_id', 'superseded_by', 'text'])
      .where('row', '>', after)
      .orderBy('row')
      .limit(AT_ONCE)
      .execute()
    return rows.map((row) => ({
      row: row.row,
      scope: passageScope(row.namespace, row.archive_id, row.superseded_by !== null),
      words: indexWords(row.text),
    }))
  })
}

export async function indexMessages(db: Connection, dialect: Dialect): Promise<void> {
  await index('message', db, dialect, async (after) => {
    const rows = await db
      .selectFrom('message')
      .select(['row', 'namespace', 'agent_id', 'role', 'text'])
      .where('text', '<>', '')
      .where('row', '>', after)
      .orderBy('row')
      .limit(AT_ONCE)
      .execute()
    return rows.map((row) => ({
      row: row.row,
      scope: messageScope(row.namespace, row.agent_id, row.role as MessageRole),
      words: indexWords(row.text),
    }))
  })
}

async function index(
  name: TextIndex,
  db: Connection,
  dialect: Dialect,
  read: (after: number) => Promise<readonly TextEntry[]>,
): Promise<void> {
  let after = 0
  for (;;) {
    const entries = await read(after)
    const last = entries.at(-1)
    if (!last) return
    await dialect.textSearch.add(db, name, entries)
    after = last.row
  }
}
