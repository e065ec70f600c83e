import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callTool } from '../support/scripted-provider.ts'
import { HAS_BROWSER, openTab, picture, type Tab } from './browser.ts'
import { serveHost } from './host/serve-host.ts'
import { openWorld, type World } from './world.ts'

/* The page as an MCP App, in a host with the official bridge. */

describe.skipIf(!HAS_BROWSER)('the MCP App', () => {
  let world: World
  let host: Awaited<ReturnType<typeof serveHost>>
  let tab: Tab
  beforeAll(async () => {
    world = await openWorld()
    await world.answer('create_agent', { name: 'Ada', human: 'Name: Robert.' })
    host = await serveHost(world)
    tab = await openTab(await world.browser.newContext(), host.origin)
  })
  afterAll(async () => {
    host?.close()
    await world?.close()
  })

  it('shakes hands with the host and shows the agent of the call, in the host’s colours', async () => {
    const { page } = tab
    await page.goto(host.origin)
    await expect.poll(() => page.locator('body').getAttribute('data-state')).toBe('initialized')
    const view = page.frameLocator('iframe')
    await view.getByRole('heading', { name: 'Ada' }).waitFor()
    const root = view.locator('html')
    expect(await root.evaluate('document.documentElement.style.colorScheme')).toBe('dark')
    await expect.poll(() => page.locator('body').getAttribute('data-height')).toMatch(/^\d+$/)
  })

  it('sends a message and shows the answer', async () => {
    const view = tab.page.frameLocator('iframe')
    world.provider.enqueue(callTool('send_message', { message: 'Hello through the host.' }))
    await view.getByRole('textbox', { name: 'Message Ada' }).fill('Hello from the host.')
    await view.getByRole('textbox', { name: 'Message Ada' }).press('Enter')
    await view.getByRole('log').getByText('Hello through the host.').waitFor()
    await picture(tab.page, 'app')
  })

  it('shows memory, and an edit by somebody else', async () => {
    const view = tab.page.frameLocator('iframe')
    await view
      .getByRole('link', { name: /^Memory/ })
      .first()
      .click()
    const text = view.getByRole('textbox', { name: 'Text of human' })
    await expect.poll(() => text.inputValue()).toBe('Name: Robert.')
    await world.answer('append_to_memory_block', { agent: 'Ada', label: 'human', text: 'Sails.' })
    await expect.poll(() => text.inputValue()).toContain('Sails.')
    await text.fill('Name: Bob.')
    await text.press('Control+Enter')
    await view.getByText('Version 3').waitFor()
    const { blocks } = await world.answer('read_memory', { agent: 'Ada', label: 'human' })
    expect(blocks[0].value).toBe('Name: Bob.')
  })

  it('asks for nothing but what the host passes on', () => {
    expect(tab.faults).toEqual([])
  })

  it('is not there for clients without the capability', async () => {
    const { client } = world
    for (const tool of await client.tools()) expect(tool).not.toHaveProperty('_meta')
    expect(JSON.stringify(await client.resources())).not.toContain('ui://')
  })
})
