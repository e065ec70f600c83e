import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine, withScratch } from '../support.ts'
import { askAll, OURS } from './ask.ts'
import type { DataSet } from './data-set.ts'
import { readDataSet } from './read-data-set.ts'
import { describeCategories, describeSearchers } from './report.ts'

/*
 * How much of the evidence for a question the search finds, without a key and without a model: every turn of a
 * conversation is stored in the memory of an agent, and each question asked of the server as a client would. Beside it,
 * what others find in the same texts.
 */
const USAGE = `npm run bench -- retrieval --data <path>… [--recall] [--loaded] [--embedding <handle>] [--database <url>] [--out <folder>] [--limit <questions>]
  --data    a file of LoCoMo, LongMemEval or XQuAD, the folder with XQuAD's files, a folder of BEAM's chats
            (chats/100K) or REALTALK's (data), or a folder with a SMART collection (Cranfield, CISI, CACM); once for
            each set. None of them comes with Recollect
  --recall  store the turns as messages and find them by search_conversation, not as passages by search_archival
  --loaded  the server loads an export of the conversations, instead of getting turn by turn
  --embedding  what embeds the passages, such as local/hash; without it, words alone are searched for
  --database  an empty PostgreSQL database instead of a file; with passages and without --embedding
  --out     where the file with every question and what was found goes
  --limit   only the first so many questions of each conversation`

const { values } = parseArgs({
  options: {
    data: { type: 'string', multiple: true },
    out: { type: 'string', default: join(tmpdir(), 'recollect-retrieval') },
    limit: { type: 'string', default: 'Infinity' },
    recall: { type: 'boolean', default: false },
    loaded: { type: 'boolean', default: false },
    embedding: { type: 'string' },
    database: { type: 'string' },
  },
})
const isElsewhere = values.database !== undefined
if (
  values.data === undefined ||
  Number.isNaN(Number(values.limit)) ||
  (isElsewhere && (values.recall || values.embedding !== undefined))
) {
  console.error(USAGE)
  process.exit(2)
}

const tool = values.recall ? 'search_conversation' : 'search_archival'
// All are read first, so that a wrong path is said at once.
for (const set of values.data.map(openDataSet)) await report(set)

async function report({ name, conversations, groups }: DataSet): Promise<void> {
  const limited = conversations.map((conversation) => ({
    ...conversation,
    questions: conversation.questions.slice(0, Number(values.limit)),
  }))
  const asked = await withScratch((home) => askAll(home, limited, tool, values))
  const turns = conversations.flatMap(({ sessions }) =>
    sessions.flatMap((session) => session.turns),
  )
  console.log(
    `${name} by ${tool}${values.loaded ? ', loaded from an export' : ''}${values.embedding ? ` with ${values.embedding}` : ''}${isElsewhere ? ' in PostgreSQL' : ''}: ${asked.length} questions, ${turns.length} turns in ${conversations.length} conversations; ${describeMachine()}`,
  )
  console.log(`\n${describeSearchers(asked)}`)
  for (const searcher of [OURS, 'FTS5 unicode61, all words', 'FTS5 porter, content words'])
    console.log(`\n${describeCategories(searcher, asked, groups)}`)
  mkdirSync(values.out, { recursive: true })
  const file = join(values.out, `${name}-${tool}${values.loaded ? '-loaded' : ''}.json`)
  writeFileSync(file, `${JSON.stringify(asked, null, 1)}\n`)
  console.log(`\nevery question: ${file}\n`)
}

function openDataSet(path: string): DataSet {
  try {
    return readDataSet(path)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    process.exit(2)
  }
}
