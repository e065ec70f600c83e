import { join } from 'node:path'
import DatabaseHandle from 'better-sqlite3'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Connection, connect } from '../support/connect.ts'
import { TEST_SERVER } from '../support/own-database.ts'
import {
  callTools,
  type ScriptedProvider,
  say,
  startScriptedProvider,
} from '../support/scripted-provider.ts'
import { newHome, removeHomes, withModel } from './support.ts'

/* Two agents that share an archive and a block, each served by a process of its own; and a third, who sees nothing. */

afterAll(removeHomes)

let home: string
let provider: ScriptedProvider
let here: Connection
let there: Connection
beforeEach(async () => {
  home = newHome()
  provider = await startScriptedProvider()
  const environment = { ...withModel(home, provider), RECOLLECT_TOOLSETS: 'core,memory' }
  here = await connect('v2-auto', { kind: 'stdio', environment })
  there = await connect('v2-auto', { kind: 'stdio', environment })
})
afterEach(async () => {
  await here.close()
  await there.close()
  await provider.close()
})

async function answer(client: Connection, tool: string, args: object = {}) {
  const result = await client.call(tool, args)
  expect(result.isError, result.text).toBe(false)
  return result.data
}

async function texts(client: Connection, agent: string, args: object = {}) {
  const { passages } = await answer(client, 'search_archival', { agent, ...args })
  return passages.map(({ text }: { text: string }) => text).sort()
}

async function value(client: Connection, agent: string): Promise<string> {
  const { blocks } = await answer(client, 'read_memory', { agent, label: 'team' })
  return blocks[0].value
}

/** Ada and Bea share an archive and the block `team`; Cid has a separate archive. */
async function team(): Promise<void> {
  for (const name of ['Ada', 'Bea', 'Cid']) await answer(here, 'create_agent', { name })
  const { block } = await answer(here, 'create_block', { label: 'team', value: 'Team notes' })
  const { archive } = await answer(here, 'create_archive', { name: 'Shared' })
  for (const agent of ['Ada', 'Bea']) {
    await answer(here, 'attach_block', { agent, block_id: block.id })
    await answer(there, 'attach_archive', { agent, archive_id: archive.id })
  }
}

describe('two agents in two processes', () => {
  it('see at once what the other writes into a shared archive', async () => {
    await team()
    for (let round = 0; round < 5; round += 1) {
      const first = `Ada noted kettle ${round}`
      await answer(here, 'insert_archival', { agent: 'Ada', text: first, tags: ['t'] })
      expect(await texts(there, 'Bea', { query: `kettle ${round}`, limit: 1 })).toEqual([first])
      const second = `Bea noted pot ${round}`
      await answer(there, 'insert_archival', { agent: 'Bea', text: second, tags: ['t'] })
      expect(await texts(here, 'Ada', { query: `pot ${round}`, limit: 1 })).toEqual([second])
    }
    expect(await texts(here, 'Ada', { tags: ['t'], limit: 50 })).toHaveLength(10)
    const again = await answer(there, 'insert_archival', {
      agent: 'Bea',
      text: 'Ada noted kettle 0',
    })
    expect(again.passages).toMatchObject([{ duplicate: true }])
    const [old] = again.passages
    const change = { agent: 'Bea', text: 'Ada noted kettle 0 wrongly', supersedes: old.id }
    await answer(there, 'insert_archival', change)
    expect(await texts(here, 'Ada', { query: 'wrongly' })).toEqual(['Ada noted kettle 0 wrongly'])
    expect(await texts(here, 'Ada', { tags: ['t'], limit: 50 })).toHaveLength(9)
  })

  it('see at once what the other writes into a shared block', async () => {
    await team()
    for (let round = 0; round < 5; round += 1) {
      const line = (agent: string, text: string) => ({ agent, label: 'team', text })
      await answer(here, 'append_to_memory_block', line('Ada', `Ada ${round}`))
      expect(await value(there, 'Bea')).toMatch(new RegExp(`Ada ${round}$`))
      await answer(there, 'append_to_memory_block', line('Bea', `Bea ${round}`))
      expect(await value(here, 'Ada')).toMatch(new RegExp(`Bea ${round}$`))
    }
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        answer(index % 2 ? here : there, 'append_to_memory_block', {
          agent: index % 2 ? 'Ada' : 'Bea',
          label: 'team',
          text: `at once ${index}.`,
        }),
      ),
    )
    const all = await value(here, 'Ada')
    expect(await value(there, 'Bea')).toBe(all)
    for (let index = 0; index < 20; index += 1) expect(all).toContain(`at once ${index}.`)
  })

  it("never see a third agent's data, whatever they filter by, and it sees none of theirs", async () => {
    await team()
    const same = { tags: ['t', 'u'], created_at: '2026-03-31', source: 'book' }
    await answer(here, 'insert_archival', { agent: 'Ada', text: 'the shared kettle', ...same })
    await answer(there, 'insert_archival', { agent: 'Cid', text: 'the kettle of Cid', ...same })
    for (const filter of [
      {},
      { tags: ['t'] },
      { tags: ['t', 'u'], match_all_tags: true },
      { after: '2026-03-31', before: '2026-03-31' },
      { tags: ['u'], after: '2026-01-01', include_superseded: true },
    ]) {
      for (const query of [{}, { query: 'kettle' }, { query: 'Cid shared' }]) {
        for (const client of [here, there]) {
          const all = { ...filter, ...query }
          expect(await texts(client, 'Ada', all)).toEqual(['the shared kettle'])
          expect(await texts(client, 'Bea', all)).toEqual(['the shared kettle'])
          expect(await texts(client, 'Cid', all)).toEqual(['the kettle of Cid'])
        }
      }
    }
    const own = (await answer(here, 'search_archival', { agent: 'Cid' })).passages[0]
    for (const [tool, args] of [
      ['search_archival', { agent: 'Ada', passage_id: own.id }],
      ['delete_archival', { agent: 'Ada', passage_id: own.id }],
      ['insert_archival', { agent: 'Ada', text: 'x', supersedes: own.id }],
    ] as const) {
      expect((await there.call(tool, args)).data.error.code).toBe('not_found')
    }
  })
})

describe('a search', () => {
  /** Every row of every table, but for those that FTS5 keeps for itself. */
  function rows(): string {
    const db = new DatabaseHandle(join(home, 'recollect.db'), { readonly: true })
    try {
      const tables = db
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'")
        .pluck()
        .all()
      return JSON.stringify(tables.map((table) => db.prepare(`SELECT * FROM "${table}"`).all()))
    } finally {
      db.close()
    }
  }

  it.skipIf(TEST_SERVER !== undefined)(
    'from outside writes nothing, and one of the agent’s own is counted',
    async () => {
      await team()
      await answer(here, 'insert_archival', { agent: 'Ada', texts: ['a kettle', 'a pot'] })
      provider.enqueue(say('Hello.'))
      await answer(here, 'send_message', { agent: 'Ada', message: 'Hello kettle' })
      const before = rows()
      const { passages } = await answer(here, 'search_archival', { agent: 'Ada', query: 'kettle' })
      await answer(here, 'search_archival', { agent: 'Ada' })
      await answer(there, 'search_archival', { agent: 'Bea', passage_id: passages[0].id })
      const said = await answer(here, 'search_conversation', { agent: 'Ada', query: 'kettle' })
      await answer(here, 'search_conversation', { agent: 'Ada', around: said.messages[0].id })
      await answer(here, 'list_archives', { agent: 'Ada' })
      await answer(here, 'inspect_context', { agent: 'Ada' })
      expect(rows()).toBe(before)

      provider.enqueue(
        callTools([{ name: 'archival_memory_search', arguments: { query: 'kettle' } }]),
        say('There is one.'),
      )
      await answer(here, 'send_message', { agent: 'Ada', message: 'Is there a kettle?' })
      const after = await answer(there, 'search_archival', { agent: 'Bea', query: 'kettle pot' })
      const counts = after.passages.map((one: { text: string; found_count?: number }) => [
        one.text,
        one.found_count,
      ])
      expect(new Map(counts)).toEqual(
        new Map([
          ['a kettle', 1],
          ['a pot', undefined],
        ]),
      )
    },
  )
})
