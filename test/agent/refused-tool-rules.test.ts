import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FlatToolRule, parseToolRule } from '../../src/core/tool-rule.ts'
import { createBound, INSERT, RECALL, rule, SEARCH, TALK } from './rule-support.ts'
import { startWorld, type World } from './support.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

describe('rules that can never be kept are refused', () => {
  const tools = [TALK, SEARCH, INSERT, RECALL]
  it.each<[string, readonly FlatToolRule[], RegExp]>([
    [
      'of a type that there is not',
      [rule('first', SEARCH)],
      /no tool rule of type "first".*run_first/,
    ],
    [
      'with a child that is not attached',
      [rule('ChildToolRule', SEARCH, { children: ['x'] })],
      /"x"/,
    ],
    ['without children', [rule('constrain_child_tools', SEARCH)], /no children.*Name/],
    ['with what is not theirs', [rule('run_first', SEARCH, { limit: 2 })], /takes no limit/],
    ['without a limit', [rule('max_count_per_step', SEARCH)], /limit of at least 1/],
    ['without cases', [rule('conditional', SEARCH, { default_child: INSERT })], /no cases/],
    [
      'about a tool that nothing leads to',
      [
        rule('run_first', SEARCH),
        rule('constrain_child_tools', SEARCH, { children: [TALK] }),
        rule('exit_loop', TALK),
        rule('required_before_exit', RECALL),
      ],
      /conversation_search is required before the end of a turn, and can never be called/,
    ],
    [
      'in a circle without a way out',
      [
        rule('constrain_child_tools', SEARCH, { children: [INSERT] }),
        rule('constrain_child_tools', INSERT, { children: [SEARCH] }),
      ],
      /without end.*exit_loop/,
    ],
    [
      'with a child that another rule excludes',
      [
        rule('constrain_child_tools', SEARCH, { children: [INSERT] }),
        rule('parent_last_tool', RECALL, { children: [INSERT] }),
      ],
      /After archival_memory_search the tool rules want archival_memory_insert/,
    ],
    [
      'that end the loop and go on',
      [rule('exit_loop', SEARCH), rule('continue_loop', SEARCH)],
      /contradict.*Keep one/,
    ],
    [
      'with two limits',
      [
        rule('max_count_per_step', SEARCH, { limit: 1 }),
        rule('max_count_per_step', SEARCH, { limit: 2 }),
      ],
      /limits are 1 and 2/,
    ],
  ])('%s', async (_what, rules, message) => {
    const agent = await world.createAgent({ tools })
    const update = async () =>
      world.context.agents.update(agent, { toolRules: rules.map(parseToolRule) })
    await expect(update()).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(message),
    })
    expect((await world.context.agents.get(agent)).agent.toolRules).toEqual([])
  })

  it('but a normal chain and a cycle with a limit are accepted', async () => {
    const agent = await createBound(world, [
      rule('InitToolRule', SEARCH),
      rule('ChildToolRule', SEARCH, { children: [TALK] }),
      rule('TerminalToolRule', TALK),
    ])
    const circle = [
      rule('constrain_child_tools', SEARCH, { children: [INSERT] }),
      rule('constrain_child_tools', INSERT, { children: [SEARCH] }),
      rule('max_count_per_step', SEARCH, { limit: 2 }),
    ]
    const { agent: updated } = await world.context.agents.update(agent, {
      toolRules: [...circle, ...circle].map(parseToolRule),
    })
    expect(updated.toolRules).toHaveLength(3)
  })
})
