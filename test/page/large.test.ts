import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HAS_BROWSER, type Tab } from './browser.ts'
import { fillLarge, LARGE } from './large-data.ts'
import { openWorld, type World } from './world.ts'

/* Many agents, a long conversation and a large block; RECOLLECT_TEST_FULL=1 has 1,000 and 10,000. */

describe.skipIf(!HAS_BROWSER)('large data', () => {
  let world: World
  let tab: Tab
  let agent: string
  beforeAll(async () => {
    world = await openWorld()
    agent = await fillLarge(world)
    tab = await world.open(`#/agents/${agent}/chat`)
  }, 600_000)
  afterAll(() => world?.close())

  it('the newest messages are there, and earlier ones come page by page', async () => {
    const { page } = tab
    await page.getByText(`Message ${LARGE.messages}:`).waitFor()
    const count = () => page.locator('.said').count()
    const before = await count()
    expect(before).toBeLessThan(100)
    await page.getByRole('button', { name: 'Show earlier messages' }).click()
    await expect.poll(count).toBeGreaterThan(before)
  })

  it('an agent among all of them is found by its name', async () => {
    const { page } = tab
    await page.getByRole('button', { name: 'Show more agents' }).waitFor()
    await page.getByRole('searchbox', { name: 'Find an agent' }).fill('Agent number 7 ')
    await page.locator('.agent-list a', { hasText: 'Agent number 7 of' }).click()
    await page.getByRole('heading', { name: /^Agent number 7 of/ }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('Large')
    await page.getByRole('option', { name: /^Large/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Large' }).waitFor()
  })

  it('a block of 100,000 characters is shown whole, edited and saved', async () => {
    const { page } = tab
    await page
      .getByRole('link', { name: /^Memory/ })
      .first()
      .click()
    const text = page.getByRole('textbox', { name: 'Text of large' })
    await expect.poll(async () => (await text.inputValue()).length).toBe(LARGE.characters)
    await text.press('Control+End')
    await page.keyboard.type('!')
    await text.press('Control+Enter')
    await page.locator('.block[data-label=large]').getByText('Version 2').waitFor()
    const { agent: found } = await world.answer('get_agent', { agent })
    const head = found.blocks.find(({ label }: { label: string }) => label === 'large')
    expect(head.chars).toBe(LARGE.characters + 1)
    expect(tab.faults).toEqual([])
  })
})
