import { encode } from 'gpt-tokenizer/encoding/o200k_base'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AgentId, newId } from '../../src/core/ids.ts'
import { TOOLSETS } from '../../src/core/toolset.ts'
import { toolsOf } from '../../src/mcp/tools/index.ts'
import { openSqlite } from '../../src/storage/sqlite/open.ts'
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
  return `/** Talks. */\nexport function long_tool(): string {\n  // ${words(50_000, version).replaceAll('\n', ' ')}\n  return 'Words. '.repeat(50_000)\n}\n`
}

/** Calls of every tool that make it answer as much as it can. */
const calls = (): readonly (readonly [tool: string, args: object])[] => {
  const agent = full
  return [
    ['list_agents', { limit: 100 }],
    ['get_agent', { agent }],
    ['create_agent', { name: 'Big', context_window: 1_000_000, description: words(10_000, 1) }],
    ['update_agent', { agent: 'Big', system: words(60_000, 2), tags: Array(100).fill('tag') }],
    ['send_message', { agent, message: 'Speak', wait_seconds: 60, include_steps: true }],
    ['list_runs', { limit: 100 }],
    ['read_memory', { agent }],
    ['write_memory_block', { agent: 'Big', label: 'long', value: words(70_000, 3), limit: 80_000 }],
    ['read_memory', { agent: 'Big' }],
    ['append_to_memory_block', { agent: 'Big', label: 'long', text: 'End.' }],
    [
      'replace_in_memory_block',
      { agent: 'Big', label: 'long', old_text: 'End.', new_text: 'Fin.' },
    ],
    ['insert_archival', { agent, texts: Array.from({ length: 100 }, (_, i) => words(900, -i)) }],
    ['search_archival', { agent, limit: 100 }],
    ['search_archival', { agent, query: 'boats', limit: 100 }],
    ['search_conversation', { agent, limit: 100 }],
    ['search_conversation', { agent, query: 'tea', limit: 100 }],
    ['inspect_context', { agent, include_text: true }],
    ['configure_agent', { agent }],
    ['compact_context', { agent: 'Big' }],
    ['list_jobs', { limit: 100 }],
    ['copy_agent', { agent: 'Big' }],
    ['configure_sleeptime', { agent: 'Big', enabled: true, every_turns: 1_000 }],
    ['message_agents', { tags: ['research', 'project-1'], message: 'Hello' }],
    ['load', { agent, text: words(50_000, 8), name: words(400, 8) }],
    ['insert_archival', { agent, text: words(900, 9), source: 'pages' }],
    ['digest_source', { agent, source: 'pages', label: 'digest' }],
    ['list_models', {}],
    ['stats', {}],
    ['list_blocks', { limit: 100 }],
    ['list_archives', { limit: 100 }],
    ['create_archive', { name: 'Shared', description: words(10_000, 6) }],
    ['create_block', { label: 'loose', value: words(70_000, 4), limit: 80_000 }],
    ['memory_history', { agent: 'Big', label: 'long', limit: 100 }],
    ['diff_memory_block', { agent: 'Big', label: 'long', from_version: 1, to_version: 2 }],
    ['restore_memory_block', { agent: 'Big', label: 'long', version: 1 }],
    ['read_memory_as_of', { agent, at: '2999-01-01' }],
    ['read_memory_as_of', { agent: 'Big', at: '2999-01-01' }],
    ['create_tool', { source: longTool(1), description: words(9_000, 7) }],
    ['update_tool', { tool: 'long_tool', source: longTool(2) }],
    ['diff_tool', { tool: 'long_tool', from_version: 1 }],
    ['restore_tool', { tool: 'long_tool', version: 1 }],
    ['get_tool', { tool: 'long_tool' }],
    ['check_tool', { source: longTool(3), description: words(9_000, 7) }],
    ['tool_history', { tool: 'long_tool', limit: 100 }],
    ['list_tools', { limit: 100 }],
    ['attach_tool', { agent: 'Big', tool: 'long_tool' }],
    ['detach_tool', { agent: 'Big', tool: 'long_tool' }],
    ['run_tool', { tool: 'long_tool', agent }],
    ['list_tool_servers', {}],
    ['delete_tool', { tool: 'long_tool', confirm: true }],
    ['export_agent', { agent: 'Big' }],
    ['reset_messages', { agent, confirm: true }],
    ['delete_agent', { agent: 'Big', confirm: true }],
  ]
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
    const tried = new Set<string>()
    for (const [tool, args] of calls()) {
      const { isError, text } = await call(tool, args)
      expect(isError, `${tool}: ${text}`).toBe(false)
      tried.add(tool)
    }
    const run = (await call('list_runs', { agent: full })).data.runs[0]
    await call('get_run', { run_id: run.run_id, include_steps: true })
    await call('cancel_run', { run_id: run.run_id })
    await call('respond_to_approval', { run_id: run.run_id, approve: true })
    const [passage] = (await call('search_archival', { agent: full, limit: 1 })).data.passages
    await call('delete_archival', { agent: full, passage_id: passage.id })
    const { block } = (await call('create_block', { label: 'to-share', value: words(4_000, 5) }))
      .data
    await call('attach_block', { agent: full, block_id: block.id })
    await call('detach_block', { agent: full, block_id: block.id })
    const [job] = (await call('list_jobs', { limit: 1 })).data.jobs
    await call('cancel_job', { job_id: job.job_id })
    const { text } = (await call('export_agent', { agent: 'Research assistant 1' })).data
    await call('import_agent', { text })
    const { archive } = (await call('create_archive', { name: 'To share' })).data
    await call('attach_archive', { agent: full, archive_id: archive.id })
    await call('detach_archive', { agent: full, archive_id: archive.id })
    for (const tool of [
      'cancel_job',
      'import_agent',
      'attach_archive',
      'detach_archive',
      'get_run',
      'cancel_run',
      'respond_to_approval',
      'delete_archival',
      'attach_block',
      'detach_block',
    ]) {
      tried.add(tool)
    }
    expect([...tried].sort()).toEqual(
      toolsOf(TOOLSETS)
        .map(({ name }) => name)
        .sort(),
    )
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
    expect(memory.blocks.length + memory.left_out).toBe(BLOCKS)
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
