import { afterEach, beforeEach, expect, test } from 'vitest'
import { callTool, callTools, say } from '../support/scripted-provider.ts'
import { startWorld, systemText, toolResults, type World } from './support.ts'
import { createTeam, newest } from './team-support.ts'

const TASKS = ['create_task', 'check_task', 'list_tasks', 'cancel_task']

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

const runsOf = async (agent?: string) =>
  (await world.context.runs.list({ agent, limit: 100 })).items

test('three tasks run at once while the conversation goes on, and each end is told (E8)', async () => {
  await createTeam(world, {
    Alice: {
      tools: TASKS,
      script(body) {
        const { role, content } = newest(body)
        if (content.includes('in the background')) {
          const instructions = ['Do one', 'Do two', 'Do three']
          return callTools(
            instructions.map((instruction) => ({
              name: 'create_task',
              arguments: { instruction },
            })),
          )
        }
        if (content.includes('How far')) return callTool('list_tasks', {})
        if (role === 'tool') return say(toolResults(body).at(-1) ?? '')
        if (/Do (one|two|three)/.test(content))
          return { kind: 'delay', milliseconds: 1_500, answer: say('Done it.') }
        return say('Yes?')
      },
    },
  })
  await world.talk('Alice', 'Do these three things in the background.')
  const { reply } = await world.talk('Alice', 'How far are you?')
  const tasks = (JSON.parse(reply) as { tasks: { status: string }[] }).tasks
  expect(tasks.map(({ status }) => status)).toEqual(['running', 'running', 'running'])
  const open = async () => (await runsOf()).filter(({ completedAt }) => completedAt === null).length
  await expect.poll(open, { timeout: 20_000 }).toBe(0)
  await world.talk('Alice', 'Well?')
  const seen = JSON.stringify(world.request().messages)
  expect(seen.match(/has ended/g)).toHaveLength(3)
  expect(seen).toContain('Done it.')
})

test('an agent is woken when its task has ended, if it asked for that', async () => {
  await createTeam(world, {
    Alice: {
      tools: TASKS,
      script(body) {
        const { role, content } = newest(body)
        if (role === 'tool') return say('Begun.')
        if (content.includes('has ended')) return say('My task is done.')
        return callTool('create_task', { instruction: 'Count', agent: 'Bob', wake: true })
      },
    },
    Bob: { tools: [], script: () => say('1, 2, 3') },
  })
  const { run } = await world.talk('Alice', 'Let Bob count')
  const woken = async () => {
    const [newest] = await runsOf('Alice')
    return newest && newest.id !== run.id && newest.completedAt !== null ? newest.id : undefined
  }
  await expect.poll(woken, { timeout: 20_000 }).toBeDefined()
  const view = await world.context.runs.get((await woken()) ?? '')
  expect(view.reply).toBe('My task is done.')
  expect(view.run).toMatchObject({ sender: 'system', rootRunId: run.id })
  const [task] = await runsOf('Bob')
  expect(task).toMatchObject({ parentRunId: run.id, depth: 1, input: 'Count' })
})

test('a smarter model answers one question without any memory (E8)', async () => {
  await world.createAgent({ name: 'Alice', tools: TASKS, agentType: 'letta_v1_agent' })
  world.provider.respondWith((body) => {
    if (body.model === 'smart') return say('Scattering.')
    return newest(body).role === 'tool'
      ? say('Asked.')
      : callTool('create_task', { instruction: 'Why is the sky blue?', model: 'openai/smart' })
  })
  await world.talk('Alice', 'Ask the smart one')
  const open = async () => (await runsOf()).filter(({ completedAt }) => completedAt === null).length
  await expect.poll(open, { timeout: 20_000 }).toBe(0)
  const asked = world.provider.requests.find(({ body }) => body.model === 'smart')
  expect(systemText(asked?.body)).not.toContain('persona')
  expect(JSON.stringify(asked?.body.messages)).toContain('Why is the sky blue?')
  const [task] = (await runsOf()).filter(({ parentRunId }) => parentRunId !== null)
  expect((await world.context.runs.get(task?.id ?? '')).reply).toBe('Scattering.')
})
