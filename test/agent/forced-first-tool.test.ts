import { afterAll, beforeAll, expect, it } from 'vitest'
import { callTool, say } from '../support/scripted-provider.ts'
import { createBound, rule, SEARCH } from './rule-support.ts'
import { callOn, speak, startWorld, toolResults, type World } from './support.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

it.each(['memgpt_agent', 'letta_v1_agent'] as const)(
  'a %s whose rule it is to search first finds what it was not told to look for (E5)',
  async (agentType) => {
    const agent = await createBound(world, [rule('run_first', SEARCH)], agentType)
    const search = (query: string) =>
      agentType === 'memgpt_agent' ? callOn(SEARCH, { query }) : callTool(SEARCH, { query })
    const answer = agentType === 'memgpt_agent' ? speak : say
    const { archival, agents } = world.context
    await archival.insert(agent, ['Mia is allergic to walnuts.', 'The ferry leaves at noon.'], {})
    world.provider.enqueue(search('ferry'), answer('At noon.'))
    await world.talk(agent, 'When does the ferry leave?')
    await agents.resetMessages(agent)

    // The model does what it is made to, and says what it has read.
    world.provider.respondWith(({ messages, tools, tool_choice: choice }) => {
      const last = messages.at(-1)
      if (last.role === 'tool') return answer(last.content)
      expect(tools.map(({ function: { name } }: Wire) => name)).toEqual([SEARCH])
      expect(choice).toEqual({ type: 'function', function: { name: SEARCH } })
      return search('allergic')
    })
    const { reply, run } = await world.talk(agent, 'Bake me a cake I can eat. Am I allergic?')
    expect(run.status).toBe('completed')
    expect(JSON.stringify(world.request(-2).messages)).not.toContain('ferry')
    expect(toolResults(world.request()).at(-1)).toContain('allergic to walnuts')
    expect(reply).toContain('allergic to walnuts')
  },
)

interface Wire {
  readonly function: { readonly name: string }
}
