import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../e2e/support.ts'
import { callTool } from '../support/scripted-provider.ts'
import { HAS_BROWSER, type Tab } from './browser.ts'
import { openWorld, type World } from './world.ts'

/* Edits by others, limits, restarts, several tabs, and fewer rights. */

/** The server ends by itself after this many milliseconds at most, and comes back in about as many. */
const PATIENT = { timeout: 30_000 }

describe.skipIf(!HAS_BROWSER)('a page that stays open', () => {
  let world: World
  let tab: Tab
  let agent: string
  beforeAll(async () => {
    world = await openWorld()
    const made = await world.answer('create_agent', {
      name: 'Ada',
      blocks: [{ label: 'plans', value: 'Sail.', limit: 40 }],
    })
    agent = made.agent.id
    world.provider.respondWith(() => callTool('send_message', { message: 'Noted.' }))
    for (let number = 1; number <= 5; number += 1) {
      const message = `${number}: ${'A long story about the harbour. '.repeat(80)}`
      await world.answer('send_message', { agent, message })
    }
    tab = await world.open(`#/agents/${agent}/context`)
  })
  afterAll(() => world?.close())

  it('a smaller window is tried before it is saved, and says what would leave', async () => {
    const { page } = tab
    const slider = page.getByRole('slider', { name: 'Try another size' })
    await slider.waitFor()
    const before = (await world.answer('get_agent', { agent })).agent.context_window
    const { total_tokens: used } = await world.answer('inspect_context', { agent })
    await page.getByRole('spinbutton', { name: 'Tokens of the window' }).fill(String(used))
    await page.keyboard.press('Tab')
    const verdict = page.locator('.what-if')
    await verdict.getByText(/would leave and be summarised/).waitFor()
    await page.locator('.evicts li').first().waitFor()
    expect((await world.answer('get_agent', { agent })).agent.context_window).toBe(before)
    await slider.focus()
    for (let presses = 0; presses < 48; presses += 1) await page.keyboard.press('ArrowRight')
    await verdict.getByText(/Everything fits/).waitFor()
    await page.getByRole('button', { name: /^Back to/ }).click()
    await verdict.waitFor({ state: 'detached' })
    await page.getByRole('spinbutton', { name: 'Tokens of the window' }).fill('20000')
    await page.keyboard.press('Tab')
    await page.getByRole('button', { name: 'Save this size' }).click()
    await page.getByText('tokens, as saved').waitFor()
    await expect
      .poll(async () => (await world.answer('get_agent', { agent })).agent.context_window)
      .toBe(20_000)
  })

  it('a text over the limit is not saved, not even over an edit by somebody else, and Undo shows theirs', async () => {
    const { page } = tab
    await page.goto(`${world.origin}/#/agents/${agent}/memory`)
    const block = page.locator('.block[data-label=plans]')
    const text = block.getByRole('textbox', { name: 'Text of plans' })
    await text.fill('x'.repeat(41))
    await block.getByText('1 character too long.').waitFor()
    expect(await block.getByRole('button', { name: 'Save', exact: true }).isEnabled()).toBe(false)
    await text.press('Control+Enter')
    await world.answer('write_memory_block', { agent, label: 'plans', value: 'Row.' })
    const conflict = block.getByRole('alert', { name: 'Conflict in plans' })
    await conflict.waitFor()
    const over = conflict.getByRole('button', { name: 'Save mine over it' })
    expect(await over.isEnabled()).toBe(false)
    await conflict.getByRole('button', { name: 'Keep editing' }).click()
    await text.fill('Swim.')
    await block.getByRole('button', { name: 'Undo' }).click()
    expect(await text.inputValue()).toBe('Row.')
  })

  it('typing on after saving over a conflict neither loses a word nor conflicts with itself', async () => {
    const { page } = tab
    const block = page.locator('.block[data-label=plans]')
    const text = block.getByRole('textbox', { name: 'Text of plans' })
    await text.fill('Swim.')
    await world.answer('write_memory_block', { agent, label: 'plans', value: 'Fly.' })
    const conflict = block.getByRole('alert', { name: 'Conflict in plans' })
    await conflict.getByRole('button', { name: 'Save mine over it' }).click()
    await conflict.waitFor({ state: 'detached' })
    expect(await text.inputValue()).toBe('Swim.')
    await text.press('End')
    await page.keyboard.type(' Then dive.')
    await text.press('Control+Enter')
    await expect
      .poll(
        async () => (await world.answer('read_memory', { agent, label: 'plans' })).blocks[0].value,
      )
      .toBe('Swim. Then dive.')
    expect(await conflict.count()).toBe(0)
    expect(await text.inputValue()).toBe('Swim. Then dive.')
  })

  it('the first view asks first for what it is drawn from, and once for the list of tools', async () => {
    const page = await (await world.browser.newContext()).newPage()
    const asked: string[] = []
    page.on('request', (request) => {
      const { method, params } = request.postDataJSON() ?? {}
      if (method !== undefined) asked.push([method, params.name].filter(Boolean).join(' '))
    })
    await page.goto(`${world.origin}/#/agents/${agent}/chat`, { waitUntil: 'commit' })
    await page.getByRole('heading', { name: 'Ada' }).waitFor()
    expect(asked.slice(0, 3)).toEqual([
      'tools/call get_agent',
      'tools/list',
      'tools/call list_agents',
    ])
    // The list of tools never comes again; the others do once the page listens.
    await page.getByRole('log').getByText('Noted.').first().waitFor()
    expect(asked.filter((each) => each === 'tools/list')).toHaveLength(1)
    await page.close()
  })

  it('an edit before the page listens is shown once it does, also if it has gone to another place by then', async () => {
    const page = await (await world.browser.newContext()).newPage()
    const held: (() => void)[] = []
    let mayListen = false
    await page.route('**/mcp?*', async (route) => {
      if (!mayListen && route.request().postDataJSON()?.method === 'subscriptions/listen')
        await new Promise<void>((resolve) => held.push(resolve))
      await route.continue().catch(() => undefined)
    })
    await world.answer('write_memory_block', { agent, label: 'plans', value: 'Sail east.' })
    await page.goto(`${world.origin}/#/agents/${agent}/memory`)
    const text = page.getByRole('textbox', { name: 'Text of plans' })
    await expect.poll(() => text.inputValue()).toBe('Sail east.')
    await expect.poll(() => held.length, PATIENT).toBe(1)
    // A place that listens to more, and still to this block; its stream is the first that is there.
    await page.getByRole('link', { name: /^Chat/ }).click()
    const shown = page.locator('.rail-block[data-label=plans]')
    await shown.getByText('Sail east.').waitFor()
    await expect.poll(() => held.length, PATIENT).toBeGreaterThan(1)
    // Views come and go together.
    await page.waitForTimeout(500)
    await world.answer('write_memory_block', { agent, label: 'plans', value: 'Sail west.' })
    mayListen = true
    held.at(-1)?.()
    await shown.getByText('Sail west.').waitFor()
    await page.close()
  })

  it('two tabs of one profile show each other’s edits, and a deleted agent', async () => {
    const { page } = tab
    const other = await world.open(`#/agents/${agent}/memory`, page.context())
    const theirs = other.page.getByRole('textbox', { name: 'Text of plans' })
    await theirs.fill('From the other tab.')
    await theirs.press('Control+Enter')
    const mine = page.getByRole('textbox', { name: 'Text of plans' })
    await expect.poll(() => mine.inputValue()).toBe('From the other tab.')
    const { agent: made } = await world.answer('create_agent', { name: 'Ben' })
    await page.locator('.agent-list a', { hasText: 'Ben' }).waitFor()
    await world.answer('delete_agent', { agent: made.id, confirm: true })
    for (const each of [page, other.page]) {
      await each.locator('.agent-list a', { hasText: 'Ben' }).waitFor({ state: 'detached' })
    }
    expect(other.faults).toEqual([])
    await other.page.close()
  })

  it('a server that restarts is found again, with what has changed meanwhile', async () => {
    const { page } = tab
    expect(tab.faults).toEqual([])
    await world.stop()
    await page.getByText('The server is away.').waitFor(PATIENT)
    const text = page.getByRole('textbox', { name: 'Text of plans' })
    await text.fill('Written while it was away.')
    await text.press('Control+Enter')
    await page.locator('.toast.bad').waitFor()
    await world.start()
    await page.getByText('The server is away.').waitFor({ state: 'detached', ...PATIENT })
    expect(await text.inputValue()).toBe('Written while it was away.')
    await text.press('Control+Enter')
    await expect
      .poll(
        async () => (await world.answer('read_memory', { agent, label: 'plans' })).blocks[0].value,
      )
      .toBe('Written while it was away.')
    await world.answer('write_memory_block', { agent, label: 'plans', value: 'After it.' })
    await expect.poll(() => text.inputValue(), PATIENT).toBe('After it.')
    tab.forgive()
  })

  it('a read-only server shows everything and offers no change', async () => {
    await world.stop()
    await world.start({ RECOLLECT_READ_ONLY: '1' })
    const { page, faults } = await world.open(`#/agents/${agent}/chat`)
    await page.getByText('This server lets you read, not talk.').waitFor()
    await page.goto(`${world.origin}/#/agents/${agent}/memory`)
    const text = page.getByRole('textbox', { name: 'Text of plans' })
    await expect.poll(() => text.inputValue()).toBe('After it.')
    expect(await text.getAttribute('readonly')).not.toBeNull()
    const changes = /^(New|Save|Detach|Attach|Create|Delete|Restore|Store|Compact|Cancel|Add)/
    for (const part of ['memory', 'archive', 'tools', 'runs', 'settings', 'context']) {
      await page.goto(`${world.origin}/#/agents/${agent}/${part}`)
      await page.locator('.page, .split').first().waitFor()
      expect(await page.getByRole('button', { name: changes }).count(), part).toBe(0)
    }
    await page.goto(`${world.origin}/#/tools`)
    await page.getByText('send_message').first().waitFor()
    expect(await page.getByRole('button', { name: changes }).count()).toBe(0)
    expect(await page.getByRole('link', { name: 'Bring things in' }).count()).toBe(0)
    expect(faults).toEqual([])
    await page.context().close()
  })

  it('a token for chatting talks and reads, and offers no edit', async () => {
    await world.stop()
    const args = ['token', 'create', '--name', 'guest', '--scopes', 'read,chat']
    const { stdout } = await runCommand(args, world.environment)
    await world.start({ RECOLLECT_TOKEN: 'the-owner-of-this-server-in-the-test' })
    const { page } = await world.open(`#/agents/${agent}/memory`)
    await page.getByRole('textbox', { name: 'Token' }).fill(stdout.trim())
    await page.keyboard.press('Enter')
    await page.getByRole('textbox', { name: 'Text of plans' }).waitFor()
    expect(page.url()).not.toContain(stdout.trim())
    expect(await page.getByRole('button', { name: 'New block' }).count()).toBe(0)
    await page.getByRole('link', { name: 'Chat' }).click()
    await page.getByRole('textbox', { name: 'Message Ada' }).fill('Hello from a guest.')
    await page.keyboard.press('Enter')
    await page.getByRole('log').getByText('Noted.').last().waitFor()
    await page.reload()
    await page.getByRole('log').getByText('Hello from a guest.').waitFor()
  })
})
