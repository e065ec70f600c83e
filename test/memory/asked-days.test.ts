import { afterAll, beforeAll, expect, it } from 'vitest'
import { createArchivalMemory } from '../../src/memory/archival.ts'
import type { TestStorage } from '../support/own-database.ts'
import { insertAgent, insertArchive, insertPassages, openTestStorage } from '../support/stores.ts'

/*
 * Questions about days, none of whose words is in any entry, over three years of notes: what is found first must be of
 * the days asked for.
 */

/** A Tuesday afternoon. */
const NOW = Date.parse('2026-03-31T15:00:00Z')
const DAY = 86_400_000
/** Questions that may be wrong: people write days in more ways than a program reads. */
const MAX_WRONG = 3

/** Days or ranges of days; `*` stands for any year; empty: nothing is found. */
const TABLE: readonly (readonly [question: string, ...days: readonly string[]])[] = [
  ['What happened on 2024-01-23?', '2024-01-23'],
  ['What happened on 2024/01/23?', '2024-01-23'],
  ['2024.01.23', '2024-01-23'],
  ['Was war am 23.01.2024?', '2024-01-23'],
  ['Was war am 3.5.2024?', '2024-05-03'],
  ['What happened on 01/23/2024?', '2024-01-23'],
  ['What happened on 23/01/2024?', '2024-01-23'],
  ['What happened on 05/06/2024?', '2024-05-06', '2024-06-05'],
  ['What about 23-01-2024?', '2024-01-23'],
  ['2025-11', '2025-11-01 to 2025-11-30'],
  ['What did I say on Jan 23rd, 2024?', '2024-01-23'],
  ['What did I say on Jan. 23, 2024?', '2024-01-23'],
  ['on January 23 2024', '2024-01-23'],
  ['on the 23rd of January 2024', '2024-01-23'],
  ['on 23 January, 2024', '2024-01-23'],
  ['Tell me of 23 Jan 2024', '2024-01-23'],
  ['What was done on Jan 23rd?', '*-01-23'],
  ['on the 3rd of May', '*-05-03'],
  ['on march 3', '*-03-03'],
  ['Who came on 1 sept 2023?', '2023-09-01'],
  ['on December 31st, 2025', '2025-12-31'],
  ['on 29 February 2024', '2024-02-29'],
  ['What did she buy in May 2023?', '2023-05-01 to 2023-05-31'],
  ['in May of 2023', '2023-05-01 to 2023-05-31'],
  ['What did she buy in May?', '*-05-01 to *-05-31'],
  ['What was planned for march?', '*-03-01 to *-03-31'],
  ['What was planned in march?', '*-03-01 to *-03-31'],
  ['What did he do in February?', '*-02-01 to *-02-29'],
  ['What happened in the February of 2024?', '2024-02-01 to 2024-02-29'],
  ['What did they do in 2023?', '2023-01-01 to 2023-12-31'],
  ['the last two weeks of August 2023', '2023-08-18 to 2023-08-31'],
  ['Where was I in the last two weeks of August?', '*-08-18 to *-08-31'],
  ['the last week of August 2023', '2023-08-25 to 2023-08-31'],
  ['the first week of May 2023', '2023-05-01 to 2023-05-07'],
  ['the second week of May 2023', '2023-05-08 to 2023-05-14'],
  ['the first three days of July 2023', '2023-07-01 to 2023-07-03'],
  ['early June 2023', '2023-06-01 to 2023-06-10'],
  ['at the beginning of June 2023', '2023-06-01 to 2023-06-10'],
  ['in mid-June 2023', '2023-06-10 to 2023-06-21'],
  ['late June 2023', '2023-06-21 to 2023-06-30'],
  ['at the end of June 2023', '2023-06-21 to 2023-06-30'],
  ['What did I say yesterday?', '2026-03-30'],
  ['What did I do the day before yesterday?', '2026-03-29'],
  ['What did we talk about today?', '2026-03-31'],
  ['Who was here this morning?', '2026-03-31'],
  ['What did I say two days ago?', '2026-03-29'],
  ['What did I say 10 days ago?', '2026-03-21'],
  ['a week ago', '2026-03-23 to 2026-03-29'],
  ['three weeks ago', '2026-03-09 to 2026-03-15'],
  ['two months ago', '2026-01-01 to 2026-01-31'],
  ['a year ago', '2025-01-01 to 2025-12-31'],
  ['in the last three days', '2026-03-28 to 2026-03-31'],
  ['What did I do last week?', '2026-03-23 to 2026-03-29'],
  ['What am I doing this week?', '2026-03-30 to 2026-03-31'],
  ['Where was I last weekend?', '2026-03-28 to 2026-03-29'],
  ['What did I do last month?', '2026-02-01 to 2026-02-28'],
  ['What did I do last year?', '2025-01-01 to 2025-12-31'],
  ['Whom did I see last Friday?', '2026-03-27'],
  ['Whom did I see on Monday?', '2026-03-30'],
  ['What happened between 2024-01-23 and 2024-02-01?', '2024-01-23', '2024-02-01'],
  ['Who may join?', ''],
  ['May we come in?', ''],
  ['How far did they march?', ''],
]

let opened: TestStorage
let agent: string
let memory: ReturnType<typeof createArchivalMemory>

beforeAll(async () => {
  opened = await openTestStorage()
  const store = opened.storage.in('default')
  const { id } = await insertAgent(store)
  agent = id
  memory = createArchivalMemory(store, () => NOW)
  const noons: number[] = []
  for (let noon = Date.parse('2023-01-01T12:00:00Z'); noon <= NOW; noon += DAY) noons.push(noon)
  const notes = noons.map((noon) => ({
    // Letters only: no word of a question is in it.
    text: `q${String(noon / DAY - 0.5).replace(/\d/g, (digit) => 'bcdfghjklm'.charAt(Number(digit)))}`,
    createdAt: new Date(noon).toISOString(),
  }))
  await insertPassages(store, await insertArchive(store, id), notes)
}, 60_000)
afterAll(() => opened.close())

async function firstDay(question: string): Promise<string> {
  const { items } = await memory.search(agent, { query: question, limit: 1 })
  return items[0]?.item.createdAt.slice(0, 10) ?? ''
}

function isRight(day: string, expected: readonly string[]): boolean {
  return expected.some((range) => {
    const [from = '', to = from] = range.replaceAll('*', day.slice(0, 4)).split(' to ')
    return day >= from && day <= to
  })
}

it('questions about days find the entries of those days', async () => {
  const wrong: string[] = []
  for (const [question, ...days] of TABLE) {
    const day = await firstDay(question)
    if (!isRight(day, days)) wrong.push(`${question} found ${day || 'nothing'}`)
  }
  expect(TABLE.length).toBeGreaterThanOrEqual(60)
  expect(wrong.slice(MAX_WRONG), wrong.join('\n')).toEqual([])
}, 60_000)
