import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { callOn, speak, startWorld, toolResults, type World } from '../agent/support.ts'

/* Documents that were loaded, as an agent reads them. */

const TOOLS = ['send_message', 'list_files', 'open_files', 'grep_files', 'semantic_search_files']

let world: World
let agent = ''
beforeAll(async () => {
  world = await startWorld()
}, 120_000)
afterAll(() => world.close())
beforeEach(async () => {
  agent = await world.createAgent({ tools: TOOLS })
})

async function load(name: string, text: string): Promise<void> {
  const { id } = await world.context.load.begin({ agent, text, name, into: 'archive' })
  await vi.waitFor(
    async () => expect(await world.context.jobs.get(id)).toMatchObject({ status: 'completed' }),
    { timeout: 60_000, interval: 30 },
  )
}

/** The result of one call by the agent's model. */
async function call(tool: string, args: Readonly<Record<string, unknown>>): Promise<string> {
  world.provider.enqueue(callOn(tool, args), speak('Done.'))
  expect((await world.talk(agent, 'Look it up.')).run.status).toBe('completed')
  return toolResults(world.request()).at(-1) ?? ''
}

const section = (name: string) => `# ${name}\n\nAbout ${name}.\n${`${name} goes on.\n`.repeat(60)}`

describe('an agent with documents', () => {
  it('lists them by name and in pages', async () => {
    await load('one.md', 'First.')
    await load('two.txt', 'Second.')
    expect(await call('list_files', {})).toMatch(
      /^one\.md \(.*, 6 bytes\)\ntwo\.txt \(.*, 7 bytes\)$/,
    )
    expect(await call('list_files', { query: 'TWO' })).toMatch(/^two\.txt [^\n]*$/)
    const first = await call('list_files', { limit: 1 })
    const after = Number(/list_files with after (\d+)\.$/.exec(first)?.[1])
    expect(await call('list_files', { limit: 1, after })).toMatch(/^two\.txt [^\n]*$/)
    expect(await call('list_files', { query: 'three' })).toBe('No file was loaded that fits.')
  })

  it('opens them a page at a time, in their order and with each heading once', async () => {
    await load('long.md', ['One', 'Two', 'Three'].map(section).join('\n'))
    const whole = await call('open_files', { file_requests: [{ file_name: 'long.md' }] })
    expect(whole).toMatch(/^=== long\.md, lines 0 to \d+ ===\nOne\n\nAbout One\.\nOne goes on\./)
    expect(whole.indexOf('About Two.')).toBeLessThan(whole.indexOf('About Three.'))
    const page = await call('open_files', {
      file_requests: [{ file_name: 'long.md', offset: 2, length: 2 }],
    })
    expect(page).toBe(
      '=== long.md, lines 2 to 3 ===\nAbout One.\nOne goes on.\n(There is more: open it with offset 4.)',
    )
    const past = await call('open_files', {
      file_requests: [{ file_name: 'long.md', offset: 9_999 }],
    })
    expect(past).toMatch(/It ends before line 9999: it has \d+ lines\./)
  })

  it('cuts what is too long for an answer, and loses nothing between pages', async () => {
    const lines = Array.from(
      { length: 1_500 },
      (_, index) => `Line ${index} of the long list of things.`,
    )
    await load('list.txt', lines.join('\n'))
    const seen: string[] = []
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const answer: string = await call('open_files', {
        file_requests: [{ file_name: 'list.txt', offset }],
      })
      expect(answer.length).toBeLessThan(17_000)
      seen.push(...answer.split('\n').filter((line) => line.startsWith('Line ')))
      const next = /open it with offset (\d+)/.exec(answer)
      offset = next ? Number(next[1]) : undefined
    }
    expect(seen).toEqual(lines)
  })

  it('is told which files there are when one is not', async () => {
    await load('one.md', 'First.')
    const answer = await call('open_files', { file_requests: [{ file_name: 'on.md' }] })
    expect(answer).toMatch(/There is no file "on\.md"\. Some that there are: one\.md\./)
  })

  it('finds lines by a regular expression, with those around them, in the files that it names', async () => {
    await load('notes/a.md', 'Before.\nThe word is Krikkit.\nAfter.')
    await load('notes/b.txt', 'krikkit again')
    const all = await call('grep_files', { pattern: 'krik+it' })
    expect(all).toBe(
      '=== notes/a.md ===\n  0: Before.\n> 1: The word is Krikkit.\n  2: After.\n=== notes/b.txt ===\n> 0: krikkit again',
    )
    const some = await call('grep_files', {
      pattern: 'krikkit',
      include: '*.txt',
      context_lines: 0,
    })
    expect(some).toBe('=== notes/b.txt ===\n> 0: krikkit again')
    for (const include of ['notes/*', 'notes/**', '**/b.txt', 'b.???'])
      expect(await call('grep_files', { pattern: '^krikkit', include })).toContain('notes/b.txt')
    for (const include of ['*.md', 'note/*', 'otes/*', 'b.tx'])
      expect(await call('grep_files', { pattern: '^krikkit', include })).toBe('No line matches.')
    expect(await call('grep_files', { pattern: '[' })).toMatch(/no regular expression/)
  })

  it('pages through many matches', async () => {
    await load('many.txt', Array.from({ length: 45 }, (_, index) => `hit ${index}.`).join('\n'))
    const hits = async (offset: number) => {
      const answer = await call('grep_files', { pattern: 'hit', context_lines: 0, offset })
      return {
        numbers: [...answer.matchAll(/hit (\d+)/g)].map(([, number]) => Number(number)),
        answer,
      }
    }
    const pages = [await hits(0), await hits(20), await hits(40)]
    expect(pages.flatMap(({ numbers }) => numbers)).toEqual(Array.from({ length: 45 }, (_, i) => i))
    expect(pages[0]?.answer).toMatch(/There are more: grep_files with offset 20\.$/)
    expect(pages[2]?.answer).not.toMatch(/There are more/)
    expect((await hits(45)).answer).toBe('There are no more than 45 matches.')
  })

  it('is stopped at a pattern that would take for ever, while the server answers', async () => {
    await load('bomb.txt', `${'a'.repeat(60)}!`)
    world.provider.enqueue(callOn('grep_files', { pattern: '^(a+)+$' }), speak('Done.'))
    const talking = world.talk(agent, 'Look it up.')
    const answered = world.context.agents.list({ limit: 1 }).then(() => 'answered')
    expect(await Promise.race([answered, talking])).toBe('answered')
    await talking
    expect(toolResults(world.request()).at(-1)).toMatch(/took longer than 10 s and was stopped/)
  }, 60_000)

  it('searches them by words, and nothing else', async () => {
    await load('boats.md', 'The mainsail of the boat is red.')
    await world.context.archival.insert(agent, ['The boat has a blue mainsail, I think.'], {})
    const answer = JSON.parse(await call('semantic_search_files', { query: 'mainsail boat' }))
    expect(answer.results).toEqual([
      { file_name: 'boats.md', content: 'The mainsail of the boat is red.' },
    ])
  })

  it('sees nothing of another agent', async () => {
    await load('mine.md', 'The secret word is Krikkit.')
    agent = await world.createAgent({ tools: TOOLS })
    expect(await call('list_files', {})).toBe('No file was loaded that fits.')
    expect(await call('grep_files', { pattern: 'Krikkit' })).toBe('No line matches.')
    expect(await call('open_files', { file_requests: [{ file_name: 'mine.md' }] })).toMatch(
      /No file was loaded for you/,
    )
    expect(await call('semantic_search_files', { query: 'secret' })).not.toContain('Krikkit')
  })
})
