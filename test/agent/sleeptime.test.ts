import { afterEach, beforeEach, expect, test } from 'vitest'
import { callTool, delay, fail, say } from '../support/scripted-provider.ts'
import { isSleeper, jobsEnd, lastText, shownBlock, sleeperRequests } from './background-support.ts'
import { startWorld, toolResults, type World } from './support.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
  await world.createAgent({ name: 'Ada', human: 'Nobody.', agentType: 'letta_v1_agent' })
})
afterEach(() => world.close())

const turnOn = (everyTurns = 1) =>
  world.context.companions.configureSleeptime('Ada', { isEnabled: true, everyTurns })
const sleeptime = async () => (await world.context.agents.get('Ada')).sleeptime

test('after every second turn the sleep-time agent gets what was said, and edits the shared block', async () => {
  world.provider.respondWith((body) => {
    if (!isSleeper(body)) return say('I see.')
    if (body.messages.at(-1)?.role === 'tool') return say('Done')
    return callTool('memory_replace', {
      label: 'human',
      old_string: 'Nobody.',
      new_string: 'Likes kites.',
    })
  })
  await turnOn(2)
  await world.talk('Ada', 'I like kites.')
  expect(sleeperRequests(world)).toEqual([])
  const { messages } = await world.talk('Ada', 'And tea.')
  const [job] = await jobsEnd(world, 'Ada')
  expect(job).toMatchObject({ kind: 'sleeptime', status: 'completed' })
  expect(await world.block('Ada', 'human')).toBe('Likes kites.')
  const [asked] = sleeperRequests(world)
  expect(lastText(asked)).toMatch(/user: I like kites\.[\s\S]*agent: I see\.[\s\S]*user: And tea\./)
  expect(asked.tools.map((tool: { function: { name: string } }) => tool.function.name)).toEqual([
    'memory_insert',
    'memory_replace',
    'memory_rethink',
    'archival_memory_insert',
    'archival_memory_merge',
    'archival_memory_search',
  ])
  const after = await sleeptime()
  expect(after?.doneTo).toBe(messages.at(-1)?.id)
  const [version] = (await world.context.memory.history('Ada', 'human', { limit: 1 })).items
  expect(version?.author).toMatchObject({ kind: 'agent', agentId: after?.agentId })
  const [note] = (await world.context.recall.search('Ada', { roles: ['system'], limit: 1 })).items
  expect(note?.item).toMatchObject({ text: expect.stringContaining('edited human') })
  await world.talk('Ada', 'Third.')
  expect(JSON.stringify(world.request().messages)).not.toContain('The sleep-time agent')
  const { tokens } = await world.context.stats()
  expect(tokens.total.background).toBeGreaterThan(0)
  expect(tokens.total.conversation).toBeGreaterThan(0)
})

test('a window that fails joins the next one, and the cursor stays until then', async () => {
  let failures = 0
  world.provider.respondWith((body) => {
    if (!isSleeper(body)) return say('I see.')
    if (lastText(body).includes('Second.')) return say('Done')
    failures += 1
    return fail(400)
  })
  const before = (await turnOn()).sleeptime
  await world.talk('Ada', 'First.')
  const [failed] = await jobsEnd(world, 'Ada')
  expect(failed).toMatchObject({ status: 'failed' })
  expect(failures).toBeGreaterThan(1)
  expect((await sleeptime())?.doneTo).toBe(before?.doneTo)
  await world.talk('Ada', 'Second.')
  await jobsEnd(world, 'Ada', 2)
  const last = sleeperRequests(world).at(-1)
  expect(lastText(last)).toMatch(/user: First\.[\s\S]*user: Second\./)
  expect(before?.doneTo).not.toBe((await sleeptime())?.doneTo)
})

test('a reply does not wait for the sleep-time agent, whose window does not begin in the middle of a turn', async () => {
  world.provider.respondWith((body) =>
    isSleeper(body) ? delay(1_500, say('Done')) : say(`Reply to ${lastText(body).split('\n')[1]}`),
  )
  await turnOn()
  await world.talk('Ada', 'One.')
  await expect.poll(() => sleeperRequests(world).length, { timeout: 20_000 }).toBe(1)
  const { run } = await world.talk('Ada', 'Two.')
  expect(run.status).toBe('completed')
  const [job] = (await world.context.jobs.list({ agent: 'Ada', limit: 1 })).items
  expect(job?.completedAt).toBeNull()
  await jobsEnd(world, 'Ada')
  const windows = sleeperRequests(world).map(lastText)
  expect(windows).toHaveLength(2)
  expect(windows[0]).not.toContain('Two.')
  expect(windows[1]).toContain('user: Two.')
  expect(windows[1]).not.toContain('user: One.')
})

const ROUNDS = process.env.RECOLLECT_TEST_FULL ? 500 : 8
const PATIENCE_MILLISECONDS = process.env.RECOLLECT_TEST_FULL ? 1_800_000 : 60_000

test(
  'of two agents that rewrite one block at once, none loses an edit of the other',
  async () => {
    const written = new Set<string>()
    let refused = 0
    world.provider.respondWith((body) => {
      const result = body.messages.at(-1)?.role === 'tool' ? toolResults(body).at(-1) : undefined
      if (result?.startsWith('Done')) return say('Done')
      if (result !== undefined) refused += 1
      const rounds = [...JSON.stringify(body.messages).matchAll(/Round (\d+)/g)]
      const line = `${isSleeper(body) ? 'sleeper' : 'main'} ${rounds.at(-1)?.[1]}`
      written.add(line)
      const before = shownBlock(body, 'human')
      const rewritten = { label: 'human', new_memory: `${before}\n${line}` }
      return delay(Math.random() * 20, callTool('memory_rethink', rewritten))
    })
    await world.context.memory.write('Ada', 'human', 'Nobody.', { limit: 50_000 })
    await world.context.agents.configure('Ada', { messageBufferAutoclear: true })
    await turnOn()
    const ofSleeper = () => [...written].filter((line) => line.startsWith('sleeper')).length
    let round = 0
    for (; round < ROUNDS || ofSleeper() < ROUNDS; round += 1)
      await world.talk('Ada', `Round ${round}`)
    const isQuiet = async () => {
      const [job] = (await world.context.jobs.list({ agent: 'Ada', limit: 1 })).items
      return job?.completedAt !== null
    }
    await expect.poll(isQuiet, { timeout: 20_000 }).toBe(true)
    const lines = (await world.block('Ada', 'human')).split('\n')
    expect(lines.toSorted()).toEqual(['Nobody.', ...written].toSorted())
    if (process.env.RECOLLECT_TEST_FULL)
      process.stderr.write(`${round} turns, ${ofSleeper()} windows, ${refused} edits refused\n`)
  },
  PATIENCE_MILLISECONDS,
)

test('passages that say the same are merged, with links from the old ones', async () => {
  const texts = [
    'Anna Schmidt works as a gardener in the botanical garden of Graz since 2019.',
    'Anna Schmidt works as a gardener in the botanical garden in Graz.',
  ]
  for (const text of texts) await world.context.archival.insert('Ada', [text], {})
  world.provider.respondWith((body) => {
    if (body.messages.at(-1)?.role === 'tool') return say('Done')
    const ids = [...new Set(lastText(body).match(/passage-[0-9a-f-]{36}/g))]
    expect(ids).toHaveLength(2)
    return callTool('archival_memory_merge', { passage_ids: ids, content: texts[0] ?? '' })
  })
  await world.context.companions.tidy('Ada')
  const [job] = await jobsEnd(world, 'Ada')
  expect(job).toMatchObject({ status: 'completed', report: expect.stringContaining('one window') })
  const found = await world.context.archival.search('Ada', { query: 'gardener', limit: 10 })
  expect(found.items.map(({ item }) => item.text)).toEqual([texts[0]])
  const all = await world.context.archival.search('Ada', {
    query: 'gardener',
    limit: 10,
    includeSuperseded: true,
  })
  expect(all.items.map(({ item }) => item.supersededBy)).toContain(found.items[0]?.item.id)
})

test('turned off it does nothing; its companion goes with the agent', async () => {
  world.provider.respondWith(() => say('I see.'))
  const { sleeptime: on } = await turnOn()
  await world.context.companions.configureSleeptime('Ada', { isEnabled: false })
  await world.talk('Ada', 'Hello.')
  expect((await world.context.jobs.list({ agent: 'Ada', limit: 1 })).items).toEqual([])
  expect(on?.agentId).toBeDefined()
  await world.context.agents.delete('Ada')
  await expect(world.context.agents.get(on?.agentId ?? '')).rejects.toThrow('No agent has the id')
  expect((await world.context.memory.list({ limit: 10 })).items).toEqual([])
})

test('notes on what was said are found by the kind of thing, and lead to the message', async () => {
  const said = 'Yes, I go for a walk there every morning, it calms me.'
  world.provider.respondWith((body) => {
    if (!isSleeper(body)) return say('How nice.')
    if (body.messages.at(-1)?.role === 'tool') return say('Done')
    const [, id] =
      /\[(message-[0-9a-f-]{36})\] \[[^\]]*\] user: Yes, I go/.exec(lastText(body)) ?? []
    return callTool('archival_memory_note', {
      content: 'Nora takes a walk in the Stadtpark every morning.',
      kind: 'hobby',
      message_id: id ?? 'none',
    })
  })
  const on = { isEnabled: true, everyTurns: 2, writesNotes: true }
  await world.context.companions.configureSleeptime('Ada', on)
  await world.talk('Ada', 'I am Nora. Do you know the Stadtpark?')
  await world.talk('Ada', said)
  await jobsEnd(world, 'Ada')
  const found = await world.context.archival.search('Ada', { query: 'Hobbies of Nora?', limit: 5 })
  const note = found.items[0]?.item
  expect(note).toMatchObject({ tags: ['derived', 'hobby'] })
  const message = await world.context.recall.get(note?.source ?? '')
  expect(message).toMatchObject({ role: 'user', text: said, createdAt: note?.createdAt })
  await world.context.companions.configureSleeptime('Ada', { isEnabled: true, writesNotes: false })
  await world.talk('Ada', 'Three.')
  await world.talk('Ada', 'Four.')
  await jobsEnd(world, 'Ada', 2)
  const last = sleeperRequests(world).findLast((body) => body.messages.at(-1).role === 'user')
  expect(lastText(last)).toContain('Four.')
  expect(lastText(last)).not.toContain('message-')
  expect(JSON.stringify(last.tools)).not.toContain('archival_memory_note')
})
