import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../src/core/access.ts'
import { callOn, speak, startWorld, toolResults, type World } from '../agent/support.ts'
import { callTool } from '../support/scripted-provider.ts'
import { echo, TELL_OTHER } from './sources.ts'

const OWNER: Caller = { name: 'owner', scopes: new Set(['read', 'chat', 'write', 'admin']) }
const WRITING = ['send_message', 'create_tool', 'edit_tool', 'test_tool', 'attach_tool']

let world: World
beforeAll(async () => {
  world = await startWorld()
}, 120_000)
afterAll(() => world.close())

const WEEKDAY = `/**
 * The weekday of a date.
 * @param date Like 2026-11-30.
 */
export function weekday(date: string): string {
  return ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][new Date(date).getUTCDay()]
}
`

describe('an agent that may write tools', () => {
  it('writes, tests, attaches and uses one, whose first use a person approves (E10)', async () => {
    const agent = await world.createAgent({ tools: WRITING })
    const use = callOn('weekday', { date: '2026-11-30' })
    world.provider.enqueue(
      callOn('create_tool', { source: WEEKDAY }),
      callOn('test_tool', { name: 'weekday', arguments: '{"date": "2026-11-29"}' }),
      callOn('attach_tool', { name: 'weekday' }),
      use,
      speak('A Monday.'),
    )
    const { run } = await world.talk(agent, 'Which weekday is 2026-11-30?')
    expect(run.status).toBe('requires_approval')
    const [created, tested, attached] = toolResults(world.request())
    expect(created).toContain('Stored as weekday')
    expect(JSON.parse(tested ?? '')).toMatchObject({ status: 'success', result: 'Sun' })
    expect(attached).toContain('first use')
    await world.context.runs.respond(run.id, { approve: true })
    const turn = await world.end(run.id)
    expect(turn.reply).toBe('A Monday.')
    expect(toolResults(world.request()).at(-1)).toBe('Mon')

    const { items } = await world.context.tools.history('weekday', { limit: 5 })
    expect(items).toMatchObject([{ version: 1, author: { name: agent, runId: run.id } }])
    world.provider.enqueue(use, speak('Still a Monday.'))
    expect((await world.talk(agent, 'And again?')).reply).toBe('Still a Monday.')
  })

  it('is asked for again after it has edited it', async () => {
    const agent = await world.createAgent({ tools: WRITING })
    world.provider.enqueue(
      callOn('create_tool', { source: echo('parrot') }),
      callOn('attach_tool', { name: 'parrot' }),
      callOn('edit_tool', { name: 'parrot', source: echo('parrot', 'Better.') }),
      callOn('parrot', { text: 'hi' }),
      speak('Done.'),
    )
    const { run } = await world.talk(agent, 'Write a parrot')
    expect(run.status).toBe('requires_approval')
    await world.context.runs.respond(run.id, { approve: false })
    await world.end(run.id)
    expect((await world.context.tools.get('parrot')).stored).toMatchObject({
      version: 2,
      capabilities: [],
      author: agent,
    })
  })

  it('is spared the question about its own tools if its owner says so, and only about those', async () => {
    const { tools, agents } = world.context
    const agent = await world.createAgent({ tools: WRITING })
    await agents.configure(agent, { ownToolsNeedApproval: false })
    world.provider.enqueue(
      callOn('create_tool', { source: echo('magpie') }),
      callOn('attach_tool', { name: 'magpie' }),
      callOn('magpie', { text: 'hi' }),
      callOn('edit_tool', { name: 'magpie', source: echo('magpie', 'Better.') }),
      callOn('magpie', { text: 'ho' }),
      speak('Done.'),
    )
    const { run } = await world.talk(agent, 'Write a magpie')
    expect(run.status).toBe('completed')
    const [, attached, first, , second] = toolResults(world.request())
    expect([first, second]).toEqual(['hi', 'ho'])
    expect(attached).not.toContain('person')

    await tools.create({ source: echo('jackdaw') }, OWNER)
    world.provider.enqueue(
      callOn('attach_tool', { name: 'jackdaw' }),
      callOn('jackdaw', { text: 'hi' }),
    )
    expect((await world.talk(agent, 'Take the jackdaw')).run.status).toBe('requires_approval')
  })

  it('can neither change what others wrote nor take what reaches further', async () => {
    const { tools } = world.context
    await tools.create({ source: echo('theirs') }, OWNER)
    await tools.create({ source: TELL_OTHER.typescript, capabilities: ['write'] }, OWNER)
    const agent = await world.createAgent({ tools: WRITING })
    world.provider.enqueue(
      callOn('edit_tool', { name: 'theirs', source: echo('theirs', 'Mine.') }),
      callOn('attach_tool', { name: 'tell_other' }),
      callOn('test_tool', { name: 'tell_other', arguments: '{"agent": "x", "text": "y"}' }),
      callOn('create_tool', { source: echo('theirs') }),
      speak('No luck.'),
    )
    await world.talk(agent, 'Try')
    const [edited, attached, tested, created] = toolResults(world.request())
    expect(edited).toContain('You did not write theirs')
    expect(attached).toContain('only a person can give it')
    expect(tested).toContain('scope "admin"')
    expect(created).toContain('already')
    expect((await tools.get('theirs')).version).toBe(1)
  })

  it('runs programs that reach nothing', async () => {
    const agent = await world.createAgent({ tools: ['send_message', 'run_code'] })
    world.provider.enqueue(
      callOn('run_code', { code: 'console.log("hi"); 6 * 7', language: 'typescript' }),
      callOn('run_code', { code: 'fetch("https://example.com")', language: 'js' }),
      speak('42.'),
    )
    await world.talk(agent, 'Compute')
    const [computed, fetched] = toolResults(world.request())
    expect(JSON.parse(computed ?? '')).toMatchObject({ result: '42', stdout: 'hi\n' })
    expect(fetched).toMatch(/fetch/)
    expect(fetched).toContain('failed')
  })
})

describe('an agent with many tools', () => {
  const THINGS = ['invoice', 'parcel', 'ticket', 'recipe', 'garden', 'meeting']
  const VERBS = [
    'count',
    'print',
    'archive',
    'translate',
    'colour',
    'delete',
    'sort',
    'send',
    'check',
    'merge',
  ]

  it('sees their names, finds the right one, and calls it (E11)', async () => {
    const { tools, agents } = world.context
    const names = VERBS.flatMap((verb) =>
      THINGS.map((thing) => [`${verb}_${thing}`, `To ${verb} one ${thing}.`]),
    )
    for (const [name, doc] of names.slice(1)) {
      await tools.create({ source: echo(name ?? '', doc) }, OWNER)
    }
    await tools.create({ source: echo('convert_currency', 'Convert an amount of money.') }, OWNER)
    const stored = [...names.slice(1).map(([name]) => name ?? ''), 'convert_currency']
    expect(stored).toHaveLength(60)
    const agent = await world.createAgent()
    const before = (await agents.get(agent)).agent.tools
    await agents.update(agent, { tools: [...before, ...stored] })

    world.provider.enqueue(
      callOn('find_tools', { query: 'convert currency' }),
      callOn('convert_currency', { text: '5 EUR' }),
      speak('Converted.'),
    )
    expect((await world.talk(agent, 'What are 5 EUR in USD?')).reply).toBe('Converted.')
    const first = world.request(-3).tools
    expect(first.map(nameOf)).toEqual([...before, 'find_tools'])
    const { description } = first.at(-1).function
    for (const name of stored) expect(description).toContain(name)
    const later = world.request(-2).tools
    expect(JSON.stringify(later.slice(0, first.length))).toBe(JSON.stringify(first))
    expect(later.map(nameOf)).toContain('convert_currency')
    expect(toolResults(world.request()).at(-1)).toBe('5 EUR')

    world.provider.enqueue(callOn('sort_garden', { text: 'x' }), speak('Not seen.'))
    await world.talk(agent, 'Sort')
    expect(toolResults(world.request()).at(-1)).toContain('There is no tool "sort_garden"')
    world.provider.enqueue(
      callTool('convert_currency', { text: '1', request_heartbeat: true }),
      speak('Kept.'),
    )
    await world.talk(agent, 'Once more')
    expect(toolResults(world.request()).at(-1)).toBe('1')
  })
})

function nameOf(tool: { readonly function: { readonly name: string } }): string {
  return tool.function.name
}
