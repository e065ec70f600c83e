import { afterEach, expect, test } from 'vitest'
import { callTool, fail, say } from '../support/scripted-provider.ts'
import { isReader, jobsEnd, lastText, shownBlock } from './background-support.ts'
import { startWorld, type World } from './support.ts'

let world: World
afterEach(() => world.close())

async function start(reviews: number, settings = {}): Promise<void> {
  world = await startWorld(settings)
  await world.createAgent({ name: 'Ada', contextWindow: 8_000 })
  const texts = Array.from(
    { length: reviews },
    (_, index) => `Review ${index}: ${'good '.repeat(40)}`,
  )
  for (let at = 0; at < reviews; at += 50)
    await world.context.archival.insert('Ada', texts.slice(at, at + 50), { source: 'reviews' })
}

/** Writes which reviews it has seen, behind what the block holds. */
function readAndWrite(body: Parameters<typeof lastText>[0]) {
  const page = body.messages
    .slice(1)
    .find(({ content }: { content: string }) => content.includes('<page>'))
  const seen = [...page.content.matchAll(/Review (\d+):/g)].map(([, number]) => number)
  const block = shownBlock(body, 'review_summary')
  return callTool('memory_rethink', {
    label: 'review_summary',
    new_memory: [block, seen.join(' ')].filter((text) => text !== '').join(' '),
  })
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index).join(' ')
const digest = () =>
  world.context.companions.digest({ agent: 'Ada', source: 'reviews', label: 'review_summary' })

test('a source is read page by page into a block, each page once and in order (E12)', async () => {
  await start(150)
  let isFirst = true
  world.provider.respondWith((body) => {
    expect(isReader(body)).toBe(true)
    // The earlier pages are not in its context.
    expect(JSON.stringify(body.messages.slice(1)).match(/<page>/g)).toHaveLength(1)
    if (!isFirst) return readAndWrite(body)
    // It may not turn the page before it has written.
    isFirst = false
    return say('I have read it.')
  })
  await digest()
  const [job] = await jobsEnd(world, 'Ada')
  expect(job).toMatchObject({ kind: 'digest', status: 'completed', done: 150, total: 150 })
  expect(await world.block('Ada', 'review_summary')).toBe(numbers(150))
  const { items } = await world.context.memory.history('Ada', 'review_summary', { limit: 100 })
  expect(job?.report).toContain(`on ${items.length - 1} pages`)
  expect(items.length).toBeGreaterThan(3)
})

test('a page that can not be read ends the job, and the same call goes on there', async () => {
  await start(60)
  let isDown = false
  world.provider.respondWith((body) => {
    if (isDown) return fail(400)
    isDown = lastText(body).includes('Review 30:')
    return readAndWrite(body)
  })
  await digest()
  const [failed] = await jobsEnd(world, 'Ada')
  expect(failed).toMatchObject({ status: 'failed' })
  expect(failed?.error?.message).toContain('was not written')
  world.provider.respondWith(readAndWrite)
  await digest()
  await jobsEnd(world, 'Ada', 2)
  expect(await world.block('Ada', 'review_summary')).toBe(numbers(60))
})

test('cancelling the job ends the run that reads', async () => {
  await start(60)
  world.provider.respondWith(() => ({ kind: 'hang' }))
  const { id } = await digest()
  await expect.poll(() => world.provider.requests.length, { timeout: 20_000 }).toBe(1)
  await world.context.jobs.cancel(id)
  await jobsEnd(world, 'Ada')
  const open = async () =>
    (await world.context.runs.list({ limit: 10 })).items.filter((run) => run.completedAt === null)
  await expect.poll(open, { timeout: 20_000 }).toEqual([])
})

test('a source that is not there is named in the error', async () => {
  await start(1)
  const asked = world.context.companions.digest({ agent: 'Ada', source: 'letters', label: 'x' })
  await expect(asked).rejects.toThrow('no source "letters"')
})

test('work in the background stops before the tokens of the day are used up, then everything does', async () => {
  await start(60, { RECOLLECT_MAX_TOKENS_PER_DAY: '1000' })
  const usage = { prompt_tokens: 800, completion_tokens: 50, total_tokens: 850 }
  world.provider.respondWith(() =>
    callTool('send_message', { thinking: '', message: 'Yes.' }, { usage }),
  )
  await world.talk('Ada', 'Hello')
  const { id } = await digest()
  const job = async () => world.context.jobs.get(id)
  await expect.poll(async () => (await job()).status, { timeout: 20_000 }).toBe('waiting')
  expect((await job()).error?.message).toContain('RECOLLECT_MAX_TOKENS_PER_DAY')
  const { tokens } = await world.context.stats()
  expect(tokens).toMatchObject({ today: { conversation: 850 }, maxPerDay: 1_000 })
  expect(tokens.stopped).toContain('850 of 1000')
  expect((await world.talk('Ada', 'Still there?')).reply).toBe('Yes.')
  const { run } = await world.talk('Ada', 'And now?')
  expect(run).toMatchObject({ status: 'failed', stopReason: 'budget' })
  expect(run.error?.message).toContain('1700 of 1000')
})
