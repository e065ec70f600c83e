import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callTool, callTools, say } from '../support/scripted-provider.ts'
import { callOn, speak, startWorld, toolResults, type World } from './support.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

const SEARCH = { query: 'tea' }

/** The newest message of the last request, as the model reads it. */
function newest(): string {
  return world.request().messages.at(-1).content
}

describe('max_steps', () => {
  it('is followed by one call in which a memgpt_agent can only speak', async () => {
    const more = () => callOn('archival_memory_search', SEARCH)
    world.provider.enqueue(more(), more(), speak('I found nothing.'))
    const turn = await world.talk(await world.createAgent(), 'Look', { maxSteps: 2 })
    expect(turn).toMatchObject({
      reply: 'I found nothing.',
      run: { status: 'completed', stopReason: 'max_steps', error: null, usage: { steps: 3 } },
    })
    const { tools, tool_choice } = world.request()
    expect(tools.map((tool: { function: { name: string } }) => tool.function.name)).toEqual([
      'send_message',
    ])
    expect(tool_choice).toEqual({ type: 'function', function: { name: 'send_message' } })
    expect(newest()).toMatch(
      /\n\n\(system\) You have used all 2 steps of this turn\. .*\n<context /,
    )
    expect(world.request(1).tools).toHaveLength(6)
  })

  it('is followed by one call without tools for a letta_v1_agent', async () => {
    world.provider.enqueue(callTool('archival_memory_search', SEARCH), say('I found nothing.'))
    const agent = await world.createAgent({ agentType: 'letta_v1_agent' })
    const turn = await world.talk(agent, 'Look', { maxSteps: 1 })
    expect(turn).toMatchObject({
      reply: 'I found nothing.',
      run: { status: 'completed', stopReason: 'max_steps', usage: { steps: 2 } },
    })
    expect(world.request().tool_choice).toBe('none')
  })

  it('is not reached by a turn that ends in time', async () => {
    world.provider.enqueue(callOn('archival_memory_search', SEARCH), speak('Done.'))
    const { run } = await world.talk(await world.createAgent(), 'Look', { maxSteps: 2 })
    expect(run).toMatchObject({ stopReason: 'end_turn', usage: { steps: 2 } })
  })

  it('defaults to 50', async () => {
    world.provider.respondWith(({ tools }) =>
      tools.length === 1
        ? speak('Enough.')
        : callOn('archival_memory_search', { query: `tea ${world.asked}` }),
    )
    const { run, reply } = await world.talk(await world.createAgent(), 'Look')
    expect({ reply, stop: run.stopReason, steps: run.usage.steps }).toEqual({
      reply: 'Enough.',
      stop: 'max_steps',
      steps: 51,
    })
  })

  it.each(['memgpt_agent', 'letta_v1_agent'] as const)(
    'ends a %s that still calls another tool, without running it',
    async (agentType) => {
      const insert = { content: 'Too late.' }
      world.provider.enqueue(
        callOn('archival_memory_search', SEARCH),
        callOn('archival_memory_insert', insert),
        say('Next turn.'),
      )
      const agent = await world.createAgent({ agentType })
      const { run, reply, messages } = await world.talk(agent, 'Look', { maxSteps: 1 })
      expect(run).toMatchObject({ status: 'completed', stopReason: 'max_steps' })
      expect(run.warnings).toEqual([expect.stringContaining('without saying anything')])
      expect(reply).toBe('')
      expect(messages.at(-1)).toMatchObject({ role: 'tool', status: 'error' })
      const { counts } = await world.context.agents.get(agent)
      expect(counts.passages).toBe(0)
      await world.talk(agent, 'And now?')
      expect(toolResults(world.request()).at(-1)).not.toMatch(/There is no tool|one of: ?\./)
    },
  )

  it("still delivers a memgpt_agent's plain-text answer", async () => {
    world.provider.enqueue(callOn('archival_memory_search', SEARCH), say('Just words.'))
    const turn = await world.talk(await world.createAgent(), 'Look', { maxSteps: 1 })
    expect(turn).toMatchObject({ reply: 'Just words.', run: { stopReason: 'max_steps' } })
  })
})

describe('an answer that was cut off', () => {
  const cut = { finishReason: 'length' }

  it('never runs its calls, even if they look complete, and gets another step', async () => {
    world.provider.enqueue(
      callTools(
        [
          { name: 'core_memory_append', arguments: { label: 'human', content: 'Half' } },
          { name: 'send_message', arguments: { message: 'Half' } },
        ],
        cut,
      ),
      speak('Whole.'),
    )
    const agent = await world.createAgent({ human: 'Nothing.' })
    const { run, reply } = await world.talk(agent, 'Hi')
    expect(run).toMatchObject({ status: 'completed', usage: { steps: 2 } })
    expect(reply).toBe('Whole.')
    expect(await world.block(agent, 'human')).toBe('Nothing.')
    expect(toolResults(world.request())).toEqual([
      expect.stringMatching(/^Error: The call was not run: your answer was cut off/),
      expect.stringMatching(/^Error: The call was not run: your answer was cut off/),
    ])
  })

  it('in plain text is kept and ends the turn as output_truncated', async () => {
    world.provider.enqueue(say('Once upon a', cut))
    const turn = await world.talk(await world.createAgent({ agentType: 'letta_v1_agent' }), 'Tell')
    expect(turn).toMatchObject({
      reply: 'Once upon a',
      run: { status: 'completed', stopReason: 'output_truncated' },
    })
  })
})

describe('a refusal of the model', () => {
  it('ends the turn as a refusal, and its text is the reply', async () => {
    world.provider.enqueue(say('I will not.', { finishReason: 'content_filter' }), speak('Gladly.'))
    const agent = await world.createAgent()
    expect(await world.talk(agent, 'Do evil')).toMatchObject({
      reply: 'I will not.',
      run: { status: 'completed', stopReason: 'refusal', error: null },
    })
    expect((await world.talk(agent, 'Do good')).reply).toBe('Gladly.')
  })
})

describe('an empty answer', () => {
  it.each(['memgpt_agent', 'letta_v1_agent'] as const)(
    'of a %s is reported, and does not affect later messages',
    async (agentType) => {
      world.provider.respondWith(() => say(''))
      const agent = await world.createAgent({ agentType })
      const { run, reply, messages } = await world.talk(agent, 'Hi')
      expect(reply).toBe('')
      expect([...run.warnings, run.error?.message].join(' ')).toMatch(
        /without saying anything|empty answer/,
      )
      expect(messages[0]).toMatchObject({ role: 'user', text: 'Hi' })
      world.provider.respondWith(() => say('Here I am.'))
      expect((await world.talk(agent, 'Still there?')).reply).toBe('Here I am.')
      const empty = world
        .request()
        .messages.filter(
          (message: { role: string; content: string | null }) =>
            message.role === 'assistant' && (message.content ?? '') === '',
        )
      expect(empty, 'some vendors refuse a request with an empty assistant message').toEqual([])
    },
  )
})

describe('the budget of a run', () => {
  it('stops it between steps, names the budget, and the next message works', async () => {
    await world.close()
    world = await startWorld({ RECOLLECT_MAX_RUN_TOKENS: '250' })
    const more = () => callOn('archival_memory_insert', { content: `Fact ${world.asked}.` })
    world.provider.enqueue(more(), more(), more(), speak('Hello.'))
    const agent = await world.createAgent()
    const { run } = await world.talk(agent, 'Work')
    expect(run).toMatchObject({ status: 'completed', stopReason: 'budget', usage: { steps: 3 } })
    expect(run.usage.totalTokens).toBe(360)
    expect(run.warnings[0]).toMatch(/360 tokens \(RECOLLECT_MAX_RUN_TOKENS is 250\)/)
    expect((await world.talk(agent, 'Hi')).reply).toBe('Hello.')
  })

  it('does not stop a turn that is done anyway', async () => {
    await world.close()
    world = await startWorld({ RECOLLECT_MAX_RUN_TOKENS: '1' })
    world.provider.enqueue(speak('Hello.'))
    const { run } = await world.talk(await world.createAgent(), 'Hi')
    expect(run).toMatchObject({ stopReason: 'end_turn', warnings: [] })
  })
})

describe('an agent that repeats itself', () => {
  it('is warned, then stopped, and the next message works', async () => {
    world.provider.respondWith(() => callOn('archival_memory_search', SEARCH))
    const agent = await world.createAgent()
    const { run } = await world.talk(agent, 'Look')
    expect(run).toMatchObject({ status: 'completed', stopReason: 'no_progress' })
    expect(run.warnings[0]).toMatch(/repeated the same calls/)
    expect(newest()).toMatch(/\n\n\(system\) You have made the same call \d times/)
    world.provider.respondWith(() => speak('Hello.'))
    expect((await world.talk(agent, 'Hi')).reply).toBe('Hello.')
  })
})

describe('usage', () => {
  it('sums up all calls of the run, as the provider counted them', async () => {
    const usage = {
      prompt_tokens: 1_000,
      completion_tokens: 10,
      prompt_tokens_details: { cached_tokens: 900 },
    }
    world.provider.enqueue(
      callTool('archival_memory_search', { ...SEARCH, request_heartbeat: true }, { usage }),
      callTool('send_message', { message: 'Hi' }, { usage }),
    )
    const { run } = await world.talk(await world.createAgent(), 'Hi')
    expect(run.usage).toEqual({
      promptTokens: 2_000,
      completionTokens: 20,
      totalTokens: 2_020,
      cachedTokens: 1_800,
      steps: 2,
    })
  })
})
