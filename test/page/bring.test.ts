import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claude, pdf } from '../load/files.ts'
import { callTool, hang } from '../support/scripted-provider.ts'
import { HAS_BROWSER, picture, type Tab } from './browser.ts'
import { openWorld, type World } from './world.ts'

/* Parts 5 and 6: what comes in, and what goes on in the background. */

const TEAM_TOOLS = ['send_message', 'send_message_to_agent_and_wait_for_reply', 'create_task']

const CHATS = JSON.stringify([
  claude('c1', 'Boats', [
    { role: 'user', text: 'My boat is called Petrel.', at: 1_700_000_000 },
    { role: 'assistant', text: 'A fine name.', at: 1_700_000_060 },
  ]),
])

describe.skipIf(!HAS_BROWSER)('bringing things in, and the background', () => {
  let world: World
  let tab: Tab
  beforeAll(async () => {
    world = await openWorld()
    await world.answer('create_agent', { name: 'Ada', tools: TEAM_TOOLS })
    await world.answer('create_agent', { name: 'Ben' })
    tab = await world.open('#/bring')
  })
  afterAll(() => world?.close())

  const drop = (name: string, content: string | Uint8Array) =>
    tab.page
      .getByRole('region', { name: 'Load files' })
      .locator('input[type=file]')
      .setInputFiles([{ name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) }])
  const job = (name: string) => tab.page.locator('.job', { hasText: name })

  it('nothing is sent before it is said for whom', async () => {
    await drop('early.md', 'Too early.')
    await tab.page.getByRole('alert').getByText('Say first which agent it is for.').waitFor()
    expect((await world.answer('list_jobs')).jobs).toEqual([])
  })

  it('documents become passages, with a report of what was left out', async () => {
    const { page } = tab
    await page.getByRole('combobox', { name: 'For the agent' }).fill('Ada')
    await drop('harbour.pdf', pdf(['The harbour closes at nine.']))
    await job('harbour.pdf').getByText('Took 1 passage from 1 file').waitFor()
    await drop('picture.xyz', new Uint8Array([0, 1, 2, 3, 255]))
    await job('picture.xyz').locator('.state.failed, .job-report').first().waitFor()
    const { passages } = await world.answer('search_archival', { agent: 'Ada', query: 'harbour' })
    expect(passages[0].source).toBe('harbour.pdf')
  })

  it('conversations become messages, after a plan that stores nothing', async () => {
    const { page } = tab
    await page.getByRole('combobox', { name: 'Into' }).selectOption('conversation')
    const plan = page.getByRole('checkbox', { name: 'only report what would be loaded' })
    await plan.check()
    await drop('conversations.json', CHATS)
    await job('Plan to load conversations.json').getByText('Nothing was stored.').waitFor()
    await plan.uncheck()
    await drop('conversations.json', CHATS)
    await job('Load conversations.json').getByText('Took 2 messages').waitFor()
    await picture(page, 'bring')
    const asked = { agent: 'Ada', query: 'Petrel' }
    const { messages } = await world.answer('search_conversation', asked)
    expect(messages[0].text).toContain('My boat is called Petrel.')
  })

  it('what cannot be fetched says why', async () => {
    const { page } = tab
    await page.getByRole('textbox', { name: 'Or a web page' }).fill('https://example.com/page')
    await page.getByRole('button', { name: 'Load the page' }).click()
    await job('example.com')
      .getByText(/RECOLLECT_FETCH/)
      .waitFor()
  })

  it('who waits for whom, and the runs that a run began, are shown while they go on', async () => {
    const { page } = tab
    world.provider.respondWith((body) =>
      JSON.stringify(body).includes('Ask Ben') && !JSON.stringify(body).includes('What is')
        ? callTool('send_message_to_agent_and_wait_for_reply', {
            message: 'What is the tide?',
            other_agent_id: 'Ben',
            request_heartbeat: true,
          })
        : hang(),
    )
    await world.answer('send_message', { agent: 'Ada', message: 'Ask Ben.', wait_seconds: 0 })
    await world.answer('create_group', { name: 'Harbour office', manager: 'Ada', members: ['Ben'] })
    const daily = { agent: 'Ben', message: 'What is the tide today?', cron: '0 9 * * 1-5' }
    await world.answer('create_schedule', daily)
    const once = { agent: 'Ada', message: 'Renew the berth.', at: '2099-05-01T09:00:00Z' }
    await world.answer('create_schedule', once)
    await page.getByRole('link', { name: 'Teams and background' }).click()
    // The first card: groups and schedules have lists of the same look.
    const waits = page.locator('.waits').first()
    await waits.getByRole('link', { name: 'Ada' }).waitFor()
    await waits.getByRole('link', { name: 'Ben' }).waitFor()
    await page
      .locator('.run-tree .run-tree')
      .getByText(/What is the tide/)
      .waitFor()
    await job('harbour.pdf').waitFor()
    await page.getByText('Harbour office').waitFor()
    await page.getByText('Renew the berth.').waitFor()
    await page.getByText('0 9 * * 1-5').first().waitFor()
    await picture(page, 'background')
    const { runs } = await world.answer('list_runs', { agent: 'Ada', limit: 1 })
    await world.answer('cancel_run', { run_id: runs[0].run_id })
    await page.getByText('No agent waits for another one.').waitFor()
  })

  it('nothing foreign was asked for and no policy was broken', () => {
    expect(tab.faults).toEqual([])
  })
})
