import { afterEach, expect, test } from 'vitest'
import { callTool, delay, say } from '../support/scripted-provider.ts'
import { startWorld, toolResults, type World } from './support.ts'
import { ASYNC, createTeam, newest, TAGS, WAIT } from './team-support.ts'

let world: World
afterEach(() => world.close())

const runsOf = async (agent?: string) =>
  (await world.context.runs.list({ agent, limit: 100 })).items

test('the budget of a message binds all runs that it led to, within a step of each at work', async () => {
  const tokens = { prompt_tokens: 280, completion_tokens: 20, total_tokens: 300 }
  world = await startWorld({ RECOLLECT_MAX_RUN_TOKENS: '1500', RECOLLECT_CONCURRENT_RUNS: '2' })
  let searches = 0
  const search = () => {
    searches += 1
    return callTool('conversation_search', { query: `boat ${searches}` }, { usage: tokens })
  }
  const worker = { tools: ['conversation_search'], tags: ['worker'], script: search }
  await createTeam(world, {
    Mia: {
      tools: [TAGS],
      script: (body) =>
        newest(body).role === 'tool'
          ? say('Done.', { usage: tokens })
          : callTool(TAGS, { message: 'Search', match_all: ['worker'] }, { usage: tokens }),
    },
    W1: worker,
    W2: worker,
    W3: worker,
    W4: worker,
    W5: worker,
  })
  const { run } = await world.talk('Mia', 'Let them search')
  const runs = await runsOf()
  expect(runs.every(({ completedAt }) => completedAt !== null)).toBe(true)
  expect(runs.filter(({ stopReason }) => stopReason === 'budget').length).toBeGreaterThanOrEqual(5)
  const spent = runs.reduce((sum, { usage }) => sum + usage.totalTokens, 0)
  expect(spent).toBeGreaterThanOrEqual(1_500)
  // Two at work, and the step that found the budget spent.
  expect(spent).toBeLessThanOrEqual(1_500 + 2 * 300)
  expect((await world.context.runs.get(run.id)).run.warnings.join()).toContain('MAX_RUN_TOKENS')
})

test('a reply that comes after the deadline comes as a message of its own', async () => {
  world = await startWorld({ RECOLLECT_MAX_RUN_SECONDS: '8' })
  const ids = await createTeam(world, {
    Ann: {
      tools: [WAIT],
      script: (body) =>
        newest(body).role === 'tool'
          ? say(toolResults(body).at(-1) ?? '')
          : newest(body).content.includes('Ask')
            ? callTool(WAIT, { message: 'How many?', other_agent_id: 'Bob' })
            : say('Seen.'),
    },
    Bob: { tools: [], script: () => delay(10_000, say('Forty-two')) },
  })
  const { reply } = await world.talk('Ann', 'Ask Bob')
  expect(reply).toContain('No reply yet: Bob goes on')
  const late = async () =>
    (await world.context.recall.list('Ann', 20)).filter(({ role }) => role === 'system')
  await expect.poll(async () => (await late()).length, { timeout: 15_000 }).toBe(1)
  expect((await late())[0]).toMatchObject({
    text: 'Forty-two',
    sender: { kind: 'agent', name: 'Bob', agentId: ids.Bob, awaitsReply: false },
  })
  await world.talk('Ann', 'Anything new?')
  const shown = world.request().messages.map(({ content }: { content: string }) => content)
  expect(shown.join('\n').match(/Forty-two/g)).toHaveLength(1)
}, 60_000)

test('a ping-pong of three agents ends at its cap, and the first run is told', async () => {
  world = await startWorld()
  const passTo = (other: string) => ({
    tools: [ASYNC],
    script: (body: Parameters<typeof newest>[0]) =>
      newest(body).role === 'tool'
        ? say('Passed on.')
        : callTool(ASYNC, { message: 'Ping', other_agent_id: other }),
  })
  await createTeam(world, { A: passTo('B'), B: passTo('C'), C: passTo('A') })
  const { run } = await world.talk('A', 'Play')
  const over = async () => (await runsOf()).filter(({ completedAt }) => completedAt !== null).length
  await expect.poll(over, { timeout: 30_000 }).toBe(21)
  const { warnings } = (await world.context.runs.get(run.id)).run
  expect(warnings.join()).toContain('20 messages between agents')
})
