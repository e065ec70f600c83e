import { encode } from 'gpt-tokenizer/encoding/o200k_base'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AgentId, newId } from '../../src/core/ids.ts'
import { TOOLSETS } from '../../src/core/toolset.ts'
import { toolsOf } from '../../src/mcp/tools/index.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
import { fill } from '../access/fill.ts'
import { speak } from '../agent/support.ts'
import { someJob } from '../storage/contract/jobs.ts'
import type { CallResult } from '../support/connect.ts'
import {
  at,
  byClient,
  insertArchive,
  someAgent,
  someBlock,
  somePassage,
  userSays,
} from '../support/stores.ts'
import { TOOL_TABLE, type ToolWorld, toolWorld } from '../support/tool-table.ts'
import { ON_FILE, type RealServer, startRealServer } from './real-server.ts'

/* Every tool against a large store: its answers stay small, and a model can page through what they leave out. */

const AGENTS = 1_000
const BLOCKS = 100
/** LARGE_STORE=100000 makes it larger, and takes a minute more. */
const PASSAGES = Number(process.env.LARGE_STORE ?? 20_000)
const MAX_CHARACTERS = 20_000

let server: RealServer
let full: AgentId

beforeAll(async () => {
  server = await startRealServer(TOOLSETS, ON_FILE)
  full = newId('agent')
  await seed()
  server.provider.respondWith(() => speak('"Quoted" words.\n'.repeat(4_000)))
}, 300_000)
afterAll(() => server.close())

/** Text of a size that people write, with what makes JSON longer than it. */
function words(characters: number, seed: number): string {
  return `"Note ${seed}"\tabout boats, 船 and tea.\n`.repeat(characters / 25).slice(0, characters)
}

async function seed(): Promise<void> {
  const storage = await openSqlite(server.path)
  const store = storage.in('default')
  await store.transaction(async (tx) => {
    for (let number = 1; number < AGENTS; number += 1) {
      await tx.agents.insert(
        someAgent({
          name: `Research assistant ${number}`,
          description: words(400, number),
          tags: ['research', 'team-blue', `project-${number % 50}`],
        }),
      )
    }
    await tx.agents.insert(
      someAgent({ id: full, name: 'Full', contextWindow: 1_000_000, description: words(5_000, 0) }),
    )
    for (let number = 0; number < BLOCKS; number += 1) {
      const block = someBlock({ label: `block-${number}`, value: words(4_900, number) })
      await tx.blocks.attach(full, await tx.blocks.insert(block, byClient), at())
    }
    await tx.messages.append(
      full,
      Array.from({ length: 500 }, (_, number) => userSays(words(3_000, number))),
    )
  })
  for (let number = 0; number < 100; number += 1) {
    const job = someJob({ agentId: full, kind: 'none', title: words(500, number) })
    await store.transaction(async (tx) => {
      await tx.jobs.insert(job)
      const error = { code: 'invalid_argument', message: words(2_000, number) } as const
      await tx.jobs.finish(job.id, {
        ...{ status: 'failed', error, report: words(30_000, number), at: at() },
      })
    })
  }
  const archive = await insertArchive(store, full)
  for (let first = 0; first < PASSAGES; first += 1_000) {
    const passages = Array.from({ length: 1_000 }, (_, index) => {
      const number = first + index
      const text = words(number % 1_000 === 0 ? 60_000 : 300, number)
      return somePassage(archive, { text, tags: ['boats'] })
    })
    await store.transaction((tx) => tx.passages.insert(passages, at()))
  }
  await storage.close()
}

/** The answer, after what holds for all of them. */
async function call(tool: string, args: object = {}): Promise<CallResult> {
  const result = await server.client.call(tool, args)
  expect([...result.text].length, `${tool} content`).toBeLessThan(MAX_CHARACTERS)
  expect([...JSON.stringify(result.data)].length, tool).toBeLessThan(MAX_CHARACTERS)
  if (!result.isError) expect(JSON.parse(result.text)).toEqual(result.data)
  return result
}

/** A function with a long source and a long result. */
function longTool(version: number): string {
  return `/** Talks. */\nexport function long_tool(text: string): string {\n  // ${words(50_000, version).replaceAll('\n', ' ')}\n  return 'Words. '.repeat(50_000)\n}\n`
}

/** The small things of a filled namespace, and of the rest the largest. */
async function largeWorld(): Promise<ToolWorld> {
  const filled = await fill(server.client, 'large', 'offline/rehearsal')
  const { tool } = (await call('create_tool', { source: longTool(1) })).data
  await call('update_tool', { tool: tool.id, source: longTool(2) })
  for (const version of [1, 2]) {
    const value = words(70_000, version)
    await call('write_memory_block', { agent: full, label: 'twice', value, limit: 80_000 })
  }
  const { block, archive } = filled
  await call('attach_block', { agent: full, block_id: block })
  await call('attach_archive', { agent: full, archive_id: archive })
  await call('attach_tool', { agent: full, tool: tool.id })
  const [passage] = (await call('search_archival', { agent: full, limit: 1 })).data.passages
  const source = `${filled.canary}source`
  await call('insert_archival', { agent: full, text: words(900, 9), source })
  let last = 0
  const text = (characters: number) => words(characters, ++last)
  const small = toolWorld(filled)
  return { ...small, agent: full, label: 'twice', tool: tool.id, passage: passage.id, text }
}

describe('in a large store', () => {
  it('agents are listed in under 1,500 tokens by default, and the rest by cursor', async () => {
    const { text, data } = await call('list_agents')
    expect(encode(text).length).toBeLessThan(1_500)
    expect(data.agents.length).toBeGreaterThan(9)
    const next = await call('list_agents', { cursor: data.next_cursor })
    expect(next.data.agents[0].id).not.toBe(data.agents[0].id)
  })

  it('every answer, of whatever tool, is under 20,000 characters in both forms', async () => {
    const world = await largeWorld()
    for (const { name } of toolsOf(TOOLSETS)) expect(Object.keys(TOOL_TABLE)).toContain(name)
    for (const [tool, calls] of Object.entries(TOOL_TABLE)) {
      for (const args of calls(world)) {
        const { isError, text } = await call(tool, args)
        expect(isError, `${tool}: ${text}`).toBe(false)
      }
    }
  }, 120_000)

  it('a refused argument is not echoed in full', async () => {
    const long = words(50_000, 1)
    const refused = [
      ['get_agent', { agent: long }],
      ['get_run', { run_id: long }],
      ['delete_archival', { agent: full, passage_id: long }],
      ['get_agent', { agent: full, [long]: 1 }],
      ['write_memory_block', { agent: full, label: long, value: '' }],
      ['search_archival', { agent: full, after: long }],
      // More than clients are given page by page.
      ['export_agent', { agent: full }],
      ['export_agent', { agent: 'Research assistant 1', export_id: long }],
      ['import_agent', { text: long }],
    ] as const
    for (const [tool, args] of refused) expect((await call(tool, args)).isError, tool).toBe(true)
  })

  it('content that an answer leaves out is counted, and can be read', async () => {
    const memory = (await call('read_memory', { agent: full })).data
    expect(memory.blocks.length + memory.left_out).toBeGreaterThanOrEqual(BLOCKS)
    const last = await call('read_memory', { agent: full, label: `block-${BLOCKS - 1}` })
    expect([...last.data.blocks[0].value].length).toBe(4_900)
    const found = (await call('search_archival', { agent: full, limit: 100 })).data
    expect(found.passages.length + found.left_out).toBe(100)
    const more = await call('search_archival', { agent: full, cursor: found.next_cursor })
    const seen = new Set(found.passages.map(({ id }: { id: string }) => id))
    expect(more.data.passages.filter(({ id }: { id: string }) => seen.has(id))).toEqual([])
  })

  it('is counted while others are served', async () => {
    let turns = 0
    const timer = setInterval(() => {
      turns += 1
    }, 1)
    const { data } = await call('stats')
    clearInterval(timer)
    expect(data.agents).toBeGreaterThanOrEqual(AGENTS)
    expect(data.blocks).toBeGreaterThanOrEqual(BLOCKS)
    // One may be deleted by now.
    expect(data.passages).toBeGreaterThanOrEqual(PASSAGES - 1)
    expect(data.messages).toBeGreaterThanOrEqual(500)
    expect(turns).toBeGreaterThan(0)
  })
})
