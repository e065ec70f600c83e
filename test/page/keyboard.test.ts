import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callTool, hang } from '../support/scripted-provider.ts'
import { HAS_BROWSER, type Tab } from './browser.ts'
import { openWorld, type World } from './world.ts'

/* The whole of part 1 without a mouse. */

/** More than the page has to tab through. */
const MAX_TABS = 120

async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.first().waitFor()
  for (let presses = 0; presses < MAX_TABS; presses += 1) {
    const isFocused = (element: { matches(selector: string): boolean }) => element.matches(':focus')
    if (await target.first().evaluate(isFocused)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not lead to ${target}`)
}

describe.skipIf(!HAS_BROWSER)('by keyboard alone', () => {
  let world: World
  let tab: Tab
  let page: Page
  beforeAll(async () => {
    world = await openWorld()
    tab = await world.open()
    page = tab.page
  })
  afterAll(() => world?.close())

  async function command(typed: string): Promise<void> {
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Find an agent or a command' }).waitFor()
    await page.keyboard.type(typed)
    await page
      .getByRole('option', { name: new RegExp(typed, 'i') })
      .first()
      .waitFor()
    await page.keyboard.press('Enter')
  }

  it('an agent is made', async () => {
    await page.getByText('No agents yet').first().waitFor()
    await command('New agent')
    await tabTo(page, page.getByRole('button', { name: /^Companion/ }))
    await page.keyboard.press('Enter')
    await page.keyboard.type('Ada')
    await tabTo(page, page.getByRole('button', { name: 'Create', exact: true }))
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Ada' }).waitFor()
  })

  it('it is talked to, its steps are opened, and a run is cancelled', async () => {
    world.provider.enqueue(
      callTool(
        'core_memory_append',
        { label: 'human', content: 'Name: Robert.', request_heartbeat: true },
        { reasoning: 'A name. I keep it.' },
      ),
      callTool('send_message', { message: 'Noted.' }),
      hang(),
    )
    const message = page.getByRole('textbox', { name: 'Message Ada' })
    await tabTo(page, message)
    await page.keyboard.type('I am Robert.')
    await page.keyboard.press('Enter')
    await page.getByRole('log').getByText('Noted.').waitFor()
    await tabTo(page, page.locator('details.call summary'))
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'Arguments' }).first().waitFor()
    await tabTo(page, message)
    await page.keyboard.type('Think for ever.')
    await page.keyboard.press('Enter')
    await tabTo(page, page.getByRole('button', { name: 'Cancel' }))
    await page.keyboard.press('Enter')
    await page.locator('.state.cancelled').waitFor()
  })

  it('an approval is given', async () => {
    const rule = { type: 'requires_approval', tool_name: 'archival_memory_insert' }
    await world.answer('update_agent', { agent: 'Ada', tool_rules: [rule] })
    world.provider.enqueue(
      callTool('archival_memory_insert', { content: 'A secret.', request_heartbeat: true }),
      callTool('send_message', { message: 'It is kept.' }),
    )
    await tabTo(page, page.getByRole('textbox', { name: 'Message Ada' }))
    await page.keyboard.type('Archive it.')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: /Approvals 1 waiting/ }).waitFor()
    await command('Approvals')
    await tabTo(page, page.getByRole('button', { name: 'Approve' }))
    await page.keyboard.press('Enter')
    await page.getByText('Nothing waits for you').waitFor()
  })

  it('an agent is found, and a run read on its line of time', async () => {
    await tabTo(page, page.getByRole('searchbox', { name: 'Find an agent' }))
    await page.keyboard.type('Ad')
    await tabTo(page, page.locator('.agent-list a', { hasText: 'Ada' }))
    await page.keyboard.press('Enter')
    await page.getByRole('log').getByText('It is kept.').waitFor()
    await tabTo(page, page.getByRole('link', { name: 'Runs' }))
    await page.keyboard.press('Enter')
    await tabTo(page, page.locator('.run-list a', { hasText: 'I am Robert.' }))
    await page.keyboard.press('Enter')
    await page.getByRole('list', { name: 'Timeline' }).getByText('Step 2').waitFor()
    expect(tab.faults).toEqual([])
  })
})
