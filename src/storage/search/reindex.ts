import type { Selectable } from 'kysely'
import type { MessageRole } from '../../core/message.ts'
import { indexWords } from '../../search/words.ts'
import type { Connection, Dialect, TextEntry, TextIndex } from '../database/dialect.ts'
import type { Database } from '../database/schema.ts'
import { messageScope, passageScope } from './search-scope.ts'

/* Fills an empty keyword index from its table, for migrations that change the tokenization. */

/** Rows per batch. Chosen by hand. */
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
    return rows.map(passageEntry)
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
    return rows.map(messageEntry)
  })
}

type PassageWords = Pick<
  Selectable<Database['passage']>,
  'row' | 'namespace' | 'archive_id' | 'superseded_by' | 'text'
>

export function passageEntry(passage: PassageWords): TextEntry {
  const { row, namespace, archive_id, superseded_by, text } = passage
  return {
    row,
    scope: passageScope(namespace, archive_id, superseded_by !== null),
    words: indexWords(text),
  }
}

type MessageWords = Pick<
  Selectable<Database['message']>,
  'row' | 'namespace' | 'agent_id' | 'role' | 'text'
>

/** For a message with spoken text. */
export function messageEntry({ row, namespace, agent_id, role, text }: MessageWords): TextEntry {
  return {
    row,
    scope: messageScope(namespace, agent_id, role as MessageRole),
    words: indexWords(text),
  }
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
