import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callTool, hang } from '../support/scripted-provider.ts'
import { HAS_BROWSER, picture, type Tab } from './browser.ts'
import { openWorld, type World } from './world.ts'

/* Part 1: agents, the conversation, approvals and the timeline of a run. */

describe.skipIf(!HAS_BROWSER)('agents and chat', () => {
  let world: World
  let tab: Tab
  beforeAll(async () => {
    world = await openWorld()
    tab = await world.open()
  })
  afterAll(() => world?.close())

  it('an empty server says what an agent is, and the first one is made from a template by keyboard', async () => {
    const { page } = tab
    await page.getByText('No agents yet').first().waitFor()
    await picture(page, 'empty')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Find an agent or a command' }).fill('new')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'New agent' }).waitFor()
    const companion = page.getByRole('button', { name: /^Companion/ })
    await companion.focus()
    await page.keyboard.press('Enter')
    await page.keyboard.type('Ada')
    await picture(page, 'new-agent')
    const create = page.getByRole('button', { name: 'Create', exact: true })
    await create.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Ada' }).waitFor()
    const { agents } = await world.answer('list_agents')
    expect(agents).toMatchObject([{ name: 'Ada', description: 'Gets to know its user over time' }])
  })

  it('a message goes out by Enter; thinking, tool calls, words and the changed block appear', async () => {
    const { page } = tab
    world.provider.enqueue(
      callTool(
        'core_memory_append',
        { label: 'human', content: 'Name: Robert.', request_heartbeat: true },
        { reasoning: 'They told me their name. I write it down.' },
      ),
      callTool('send_message', { message: 'Nice to meet you, Robert.' }),
    )
    await page.getByRole('textbox', { name: 'Message Ada' }).fill('My name is Robert.')
    await page.keyboard.press('Enter')
    await page.getByRole('log').getByText('Nice to meet you, Robert.').waitFor()
    await page.getByText('They told me their name. I write it down.').first().waitFor()
    await page.getByText('core_memory_append').first().waitFor()
    await page.locator('.rail-block[data-label=human]', { hasText: 'Name: Robert.' }).waitFor()
    await page.getByText(/2 steps/).waitFor()
    await picture(page, 'chat')
  })

  it('words are shown as they come, in every tab, and a run can be cancelled', async () => {
    const { page } = tab
    const other = await world.open(page.url().slice(world.origin.length + 1))
    world.provider.enqueue(
      callTool('core_memory_append', {
        label: 'human',
        content: 'Likes long answers.',
        request_heartbeat: true,
      }),
      hang(),
    )
    await page.getByRole('textbox', { name: 'Message Ada' }).fill('Think for ever.')
    await page.keyboard.press('Enter')
    for (const each of [page, other.page]) {
      await each.getByRole('status').filter({ hasText: 'Step 2' }).waitFor()
    }
    await other.page.getByRole('button', { name: 'Cancel' }).click()
    for (const each of [page, other.page]) {
      await each.locator('.state.cancelled').first().waitFor()
    }
    expect(other.faults).toEqual([])
    await other.page.context().close()
  })

  it('an approval can be given in the conversation and in the inbox', async () => {
    const { page } = tab
    const { agents } = await world.answer('list_agents')
    const [{ id: agent }] = agents
    const rule = { type: 'requires_approval', tool_name: 'archival_memory_insert' }
    await world.answer('update_agent', { agent, tool_rules: [rule] })
    const asks = () =>
      world.provider.enqueue(
        callTool('archival_memory_insert', { content: 'A secret.', request_heartbeat: true }),
        callTool('send_message', { message: 'It is decided.' }),
      )
    asks()
    await page.getByRole('textbox', { name: 'Message Ada' }).fill('Archive it.')
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'Approval of archival_memory_insert' }).waitFor()
    await page.getByRole('link', { name: /Approvals 1 waiting/ }).click()
    const inbox = page.getByRole('region', { name: 'Approval of archival_memory_insert' })
    await inbox.waitFor()
    await picture(page, 'inbox')
    await inbox.getByRole('textbox').fill('Not today.')
    await inbox.getByRole('button', { name: 'Deny' }).click()
    await page.getByText('Nothing waits for you').waitFor()
    const { runs } = await world.answer('list_runs', { agent, limit: 1 })
    await expect
      .poll(async () => (await world.answer('get_run', { run_id: runs[0].run_id })).status)
      .toBe('completed')
    expect(JSON.stringify(world.provider.requests.at(-1)?.body)).toContain('Not today.')
    await world.answer('update_agent', { agent, tool_rules: [] })
  })

  it('a run is shown on a line of time with its steps, tokens and calls', async () => {
    const { page } = tab
    await page.getByRole('link', { name: 'Ada' }).first().click()
    await page.getByRole('link', { name: 'Runs' }).click()
    await page.locator('.run-list a', { hasText: 'My name is Robert.' }).click()
    const timeline = page.getByRole('list', { name: 'Timeline' })
    await timeline.getByText(/core_memory_append/).waitFor()
    await timeline.getByText('Step 2').waitFor()
    await page.getByText('Tokens in', { exact: true }).waitFor()
    await picture(page, 'run')
  })

  it('earlier messages come when they are asked for', async () => {
    const { page } = tab
    const { agents } = await world.answer('list_agents')
    const [{ id: agent }] = agents
    world.provider.respondWith(() => callTool('send_message', { message: 'Noted.' }))
    for (let number = 1; number <= 24; number += 1) {
      await world.answer('send_message', { agent, message: `Message number ${number}` })
    }
    await page.getByRole('link', { name: 'Chat' }).click()
    await page.getByText('Message number 24').waitFor()
    await page.getByRole('button', { name: 'Show earlier messages' }).click()
    await page.getByText('My name is Robert.').first().waitFor()
    await page.getByRole('button', { name: 'Show steps' }).first().click()
    await page.getByText('They told me their name. I write it down.').first().waitFor()
  })

  it('nothing foreign was asked for and no policy was broken', () => {
    expect(tab.faults).toEqual([])
  })
})
