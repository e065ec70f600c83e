import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { judge, type MadeCall } from '../../src/agent/rules/tool-rules.ts'
import { parseToolRule } from '../../src/core/tool-rule.ts'
import { callTool, say } from '../support/scripted-provider.ts'
import {
  APPEND,
  type BoundArguments,
  createBound,
  INSERT,
  RECALL,
  rule,
  SEARCH,
  TALK,
} from './rule-support.ts'
import { callOn, speak, startWorld, systemText, toolResults, type World } from './support.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

const bound = (...args: BoundArguments) => createBound(world, ...args)

const search = (query = 'tea') => callOn(SEARCH, { query })
const insert = (content = 'Tea.') => callOn(INSERT, { content })
const append = (content = 'Tea.') => callOn(APPEND, { label: 'human', content })
const recall = (query = 'tea') => callOn(RECALL, { query })

/** Names of the tools that a request offers. */
function offered(index?: number): readonly string[] {
  const { tools = [] } = world.request(index)
  return tools.map((tool: { function: { name: string } }) => tool.function.name)
}

function forced(name: string) {
  return { type: 'function', function: { name } }
}

/** The line that the system has put at the end of a request. */
function note(index?: number): string {
  const text: string = world.request(index).messages.at(-1).content
  return text.split('\n').find((line) => line.startsWith('(system)')) ?? ''
}

const made = (name: string, outcome: MadeCall['outcome'], returned = ''): MadeCall => ({
  name,
  outcome,
  returned,
})

describe('the bugs of Letta that we do not have', () => {
  it('1. a call is not counted twice: a limit of two allows two calls', async () => {
    const agent = await bound([rule('max_count_per_step', SEARCH, { limit: 2 })])
    world.provider.enqueue(search('a'), search('b'), speak('Done.'))
    const { reply, messages } = await world.talk(agent, 'Look')
    expect(reply).toBe('Done.')
    expect([offered(1).includes(SEARCH), offered(2).includes(SEARCH)]).toEqual([true, false])
    const results = messages.filter((message) => message.role === 'tool')
    expect(results.map(({ status }) => status)).toEqual(['success', 'success', 'success'])
  })

  it('2. an empty set of allowed tools never becomes all tools', async () => {
    const agent = await bound([
      rule('conditional', SEARCH, {
        cases: [{ equals: 'never', tool: TALK }],
        require_match: true,
      }),
    ])
    world.provider.enqueue(search(), insert('Not to be stored.'))
    const { run, messages } = await world.talk(agent, 'Look')
    expect(offered(1)).toEqual([])
    expect(note(1)).toMatch(/leave no tool that can be called now: .*no tool can be called/)
    expect(run).toMatchObject({ status: 'completed', stopReason: 'tool_rule' })
    expect(run.warnings.join(' ')).toContain('tool rules left no tool')
    expect(messages.at(-1)).toMatchObject({ role: 'tool', status: 'error' })
    expect((await world.context.agents.get(agent)).counts.passages).toBe(0)
  })

  it('3. a condition reads what the tool returned, plain text as well as JSON', async () => {
    const agent = await bound([
      rule('conditional', APPEND, {
        cases: [
          { equals: 'no', tool: TALK },
          {
            equals: 'Done. The block "human" now has 4 of 5000 characters.',
            tool: INSERT,
          },
        ],
        default_child: TALK,
      }),
    ])
    world.provider.enqueue(append(), insert(), speak('Done.'))
    expect((await world.talk(agent, 'Tea')).reply).toBe('Done.')
    expect(offered(1)).toEqual([INSERT])
    expect(world.request(1).tool_choice).toEqual(forced(INSERT))
  })

  it.each([
    ['true', 'true', true],
    ['True', 'true', true],
    ['42', '42', true],
    ['42.0', '42', true],
    ['"yes"', 'yes', true],
    ['9007199254740993', '9007199254740992', false],
    ['{"message": "yes"}', 'yes', false],
    ['[1]', '1', false],
  ])('4. a tool that returned %s fits the value %s: %s', (returned, equals, fits) => {
    const rules = [
      parseToolRule(
        rule('conditional', 'a', { cases: [{ equals, tool: 'b' }], default_child: 'c' }),
      ),
    ]
    const { allowed } = judge(rules, ['a', 'b', 'c'], [made('a', 'success', returned)])
    expect(allowed).toEqual(fits ? ['b'] : ['c'])
  })

  it('5. a failed call does not satisfy a rule', async () => {
    const agent = await bound([
      rule('required_before_exit', 'core_memory_replace'),
      rule('exit_loop', 'core_memory_replace'),
      rule('constrain_child_tools', 'core_memory_replace', { children: [INSERT] }),
    ])
    const replace = (old_content: string) =>
      callOn('core_memory_replace', { label: 'persona', old_content, new_content: 'You' })
    world.provider.enqueue(replace('Nothing like it'), speak('Really.'), replace('I am'))
    const { run, messages } = await world.talk(agent, 'Change')
    expect(messages.find((message) => message.role === 'tool')).toMatchObject({ status: 'error' })
    expect(offered(1)).toContain('core_memory_replace')
    expect(offered(1), 'no child follows a call that failed').toContain(TALK)
    expect(note(2)).toContain('core_memory_replace to be called first')
    expect(run).toMatchObject({ stopReason: 'tool_rule', usage: { steps: 3 } })
  })

  it('5. a limit counts calls that ran and failed, but not calls that never ran', () => {
    const rules = [parseToolRule(rule('max_count_per_step', 'a', { limit: 2 }))]
    const calls = [made('a', 'refused'), made('a', 'failed'), made('a', 'refused')]
    expect(judge(rules, ['a'], calls).allowed).toEqual(['a'])
    expect(judge(rules, ['a'], [...calls, made('a', 'failed')]).allowed).toEqual([])
  })

  it('6. a tool that ends the turn does not run before those that are required', async () => {
    const agent = await bound([rule('exit_loop', INSERT), rule('required_before_exit', RECALL)])
    world.provider.enqueue(insert('Too early.'), recall(), insert('In time.'))
    const { run } = await world.talk(agent, 'Go')
    expect(offered(0)).not.toContain(INSERT)
    expect(toolResults(world.request(1)).at(-1)).toMatch(
      /^Error: archival_memory_insert was not run: it ends the turn, and before that you have to call conversation_search\. Now you can call/,
    )
    expect(run).toMatchObject({ stopReason: 'tool_rule', usage: { steps: 3 } })
    const { items } = await world.context.archival.search(agent, { limit: 5 })
    expect(items.map(({ item }) => item.text)).toEqual(['In time.'])
  })

  it('7. two child rules of one tool allow the children of both', async () => {
    const agent = await bound([
      rule('constrain_child_tools', SEARCH, { children: [INSERT] }),
      rule('constrain_child_tools', SEARCH, { children: [TALK] }),
    ])
    world.provider.enqueue(search(), speak('Done.'))
    expect((await world.talk(agent, 'Look')).reply).toBe('Done.')
    expect([...offered(1)].sort()).toEqual([INSERT, TALK].sort())
    expect(world.request(1).tool_choice).toBe('required')
  })

  it('8. a rule to begin with a tool that the agent lacks is refused', async () => {
    await expect(bound([rule('run_first', 'memory_rethink')])).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(
        /"memory_rethink", which is none of the agent's tools.*Add it/,
      ),
    })
    const agent = await bound([rule('run_first', SEARCH)])
    const without = world.context.agents.update(agent, { tools: [TALK] })
    await expect(without).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  it('9. a limit alone does not make the turn go on', async () => {
    const agent = await bound([rule('max_count_per_step', SEARCH, { limit: 3 })])
    world.provider.enqueue(callTool(SEARCH, { thinking: '', query: 'tea' }))
    const { run } = await world.talk(agent, 'Look')
    expect(run).toMatchObject({ stopReason: 'end_turn', usage: { steps: 1 } })
  })
})

describe('an agent with tool rules', () => {
  it('is told them in its system message, and one without is told nothing', async () => {
    world.provider.enqueue(search(), speak('Hi.'), speak('Hi.'))
    await world.talk(await bound([rule('InitToolRule', SEARCH)]), 'Hi')
    expect(systemText(world.request(0))).toMatch(
      /\n\n# Tool rules\n\n[^\n]+\n\n- Begin every turn with archival_memory_search\.\n\n<memory>/,
    )
    await world.talk(await world.createAgent(), 'Hi')
    expect(systemText(world.request())).not.toContain('Tool rules')
  })

  it('must start with its first tool until that has succeeded', async () => {
    const agent = await bound([rule('run_first', SEARCH)])
    world.provider.enqueue(speak('No.'), search(), speak('Yes.'))
    const { reply } = await world.talk(agent, 'Hi')
    expect(reply).toBe('Yes.')
    expect([offered(0), offered(1)]).toEqual([[SEARCH], [SEARCH]])
    expect(world.request(0).tool_choice).toEqual(forced(SEARCH))
    expect(toolResults(world.request(1))).toEqual([
      'Error: send_message was not run: the turn has to begin with archival_memory_search. Now you can call archival_memory_search.',
    ])
    expect(offered(2)).toHaveLength(6)
  })

  it('that answers in text instead of the required call is told and asked again', async () => {
    const agent = await bound([rule('run_first', SEARCH)], 'letta_v1_agent')
    world.provider.enqueue(say('Just so.'), callTool(SEARCH, { query: 'tea' }), say('Now.'))
    const { run, reply } = await world.talk(agent, 'Hi')
    expect(note(1)).toBe(
      '(system) Your tool rules want this turn to begin with a call of archival_memory_search.',
    )
    expect(reply).toBe('Just so.\nNow.')
    expect(run).toMatchObject({ stopReason: 'end_turn', usage: { steps: 3 } })
    expect(world.request(2).tool_choice).toBe('auto')
  })

  it('that never makes the required call is stopped before its steps run out', async () => {
    const agent = await bound([rule('required_before_exit', SEARCH)], 'letta_v1_agent')
    world.provider.respondWith(() => say('No.'))
    const { run } = await world.talk(agent, 'Hi')
    expect(run).toMatchObject({ status: 'completed', stopReason: 'no_progress' })
    expect(run.usage.steps).toBeLessThan(10)
    expect(run.warnings.join(' ')).toContain(SEARCH)
  })

  it('cannot end its turn before a required tool was called, by send_message or in plain text', async () => {
    for (const answer of [speak('Bye.'), say('Bye.')]) {
      const agent = await bound([rule('required_before_exit', RECALL)])
      world.provider.enqueue(answer, callTool(RECALL, { thinking: '', query: 'tea' }))
      const { run, reply } = await world.talk(agent, 'Hi')
      expect(note()).toBe(
        "(system) This turn can't end yet: your tool rules want conversation_search to be called first.",
      )
      expect(run).toMatchObject({ stopReason: 'end_turn', usage: { steps: 2 } })
      expect(reply).toBe('Bye.')
    }
  })

  it('is still stopped by its last step, in which it can speak whatever its rules say', async () => {
    const agent = await bound([
      rule('required_before_exit', RECALL),
      rule('parent_last_tool', RECALL, { children: [TALK] }),
    ])
    world.provider.enqueue(search(), speak('Out of steps.'))
    const { run, reply } = await world.talk(agent, 'Hi', { maxSteps: 1 })
    expect(offered()).toEqual([TALK])
    expect(run.stopReason).toBe('max_steps')
    expect(reply).toBe('Out of steps.')
  })

  it('goes on after a tool that continues the loop, without a heartbeat', async () => {
    const agent = await bound([rule('continue_loop', SEARCH)])
    world.provider.enqueue(callTool(SEARCH, { thinking: '', query: 'tea' }), speak('Hi.'))
    expect((await world.talk(agent, 'Hi')).reply).toBe('Hi.')
  })

  it('ends with a terminal tool, even with a heartbeat', async () => {
    const agent = await bound([rule('exit_loop', SEARCH)])
    world.provider.enqueue(search())
    expect((await world.talk(agent, 'Hi')).run).toMatchObject({
      stopReason: 'tool_rule',
      usage: { steps: 1 },
    })
  })

  it('continues to a forced child without a heartbeat', async () => {
    const agent = await bound([rule('constrain_child_tools', SEARCH, { children: [TALK] })])
    world.provider.enqueue(callTool(SEARCH, { thinking: '', query: 'tea' }), speak('Hi.'))
    expect((await world.talk(agent, 'Hi')).reply).toBe('Hi.')
    expect(world.request(1).tool_choice).toEqual(forced(TALK))
  })

  it('can call a child only right after its parent', async () => {
    const agent = await bound([rule('parent_last_tool', SEARCH, { children: [INSERT] })])
    world.provider.enqueue(insert(), search(), insert(), speak('Done.'))
    await world.talk(agent, 'Go')
    expect([offered(0).includes(INSERT), offered(2), offered(3).includes(INSERT)]).toEqual([
      false,
      [INSERT],
      false,
    ])
    expect(toolResults(world.request(1)).at(-1)).toContain(
      'it can be called only right after archival_memory_search',
    )
  })
})
