import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callTool } from '../support/scripted-provider.ts'
import { HAS_BROWSER, picture, type Tab } from './browser.ts'
import { openWorld, type World } from './world.ts'

/* Parts 2, 3 and 7: the context, memory and the server. */

describe.skipIf(!HAS_BROWSER)('context, memory and server', () => {
  let world: World
  let tab: Tab
  let agent: string
  beforeAll(async () => {
    world = await openWorld()
    const made = await world.answer('create_agent', { name: 'Ada', human: 'Name: Robert.' })
    agent = made.agent.id
    world.provider.respondWith(() => callTool('send_message', { message: 'Noted.' }))
    for (let number = 1; number <= 4; number += 1) {
      const message = `${number}: ${'A long story about the harbour. '.repeat(60)}`
      await world.answer('send_message', { agent, message })
    }
    tab = await world.open(`#/agents/${agent}/context`)
  })
  afterAll(() => world?.close())

  it('the window is shown by parts, with what leaves next and the exact request', async () => {
    const { page } = tab
    await page.getByText('Memory blocks').first().waitFor()
    await page.getByText(/Compaction begins at/).waitFor()
    await page.getByRole('button', { name: 'Show it' }).click()
    await page.getByText('system', { exact: true }).first().waitFor()
    await picture(page, 'context')
  })

  it('a block is edited in place, and its past is walked through and restored', async () => {
    const { page } = tab
    await page
      .getByRole('link', { name: /^Memory/ })
      .first()
      .click()
    const block = page.locator('.block[data-label=human]')
    const text = block.getByRole('textbox', { name: 'Text of human' })
    await text.fill('Name: Robert.\nLikes walks.')
    await text.press('Control+Enter')
    await block.getByText('Version 2').waitFor()
    await block.getByRole('button', { name: 'History' }).click()
    const slider = block.getByRole('slider', { name: 'Version of human' })
    await slider.focus()
    await block.locator('.diff-added', { hasText: 'Likes walks.' }).waitFor()
    expect(await block.locator('.diff-removed').count()).toBe(0)
    await picture(page, 'memory')
    await slider.press('ArrowLeft')
    await block.getByText('version 1 of 2').waitFor()
    await block.getByRole('button', { name: 'Restore this version' }).click()
    await block.getByText('Version 3 ·').waitFor()
    expect((await world.answer('read_memory', { agent, label: 'human' })).blocks[0].value).toBe(
      'Name: Robert.',
    )
  })

  it('an edit by another client appears, and does not overwrite a draft', async () => {
    const { page } = tab
    const block = page.locator('.block[data-label=human]')
    const text = block.getByRole('textbox', { name: 'Text of human' })
    await world.answer('append_to_memory_block', { agent, label: 'human', text: 'Sails.' })
    await expect.poll(() => text.inputValue()).toContain('Sails.')
    await text.fill('Name: Bob.')
    await world.answer('append_to_memory_block', { agent, label: 'human', text: 'Rows.' })
    const conflict = block.getByRole('alert', { name: 'Conflict in human' })
    await conflict.waitFor()
    await picture(page, 'conflict')
    await conflict.getByRole('button', { name: 'Save mine over it' }).click()
    await conflict.waitFor({ state: 'detached' })
    const { blocks } = await world.answer('read_memory', { agent, label: 'human' })
    expect(blocks[0]).toMatchObject({ value: 'Name: Bob.', version: 6 })
  })

  it('the archive is searched, and says why something was found', async () => {
    const { page } = tab
    await world.answer('insert_archival', {
      agent,
      texts: ['The ferry to Iona leaves at nine.', 'Bring a coat for the crossing.'],
      source: 'trip.md',
      tags: ['travel'],
    })
    await page.getByRole('link', { name: /^Archive/ }).click()
    await page.getByRole('searchbox', { name: 'Search the archive' }).fill('ferry to Iona')
    await page.locator('.passage', { hasText: 'The ferry to Iona' }).locator('.why summary').click()
    await page.getByRole('cell', { name: 'iona' }).waitFor()
    await page.getByText('Place 1 by words').waitFor()
    await picture(page, 'archive')
    const passage = page.locator('.passage', { hasText: 'The ferry to Iona' })
    await passage.getByRole('button', { name: 'Supersede' }).click()
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill('The ferry leaves at ten.')
    await page.getByRole('button', { name: 'Store' }).click()
    await page.getByRole('checkbox', { name: 'include superseded ones' }).check()
    await page.getByRole('link', { name: 'a newer one' }).waitFor()
  })

  it('shared blocks are drawn with the agents that have them', async () => {
    const { page } = tab
    const { agent: first } = await world.answer('get_agent', { agent })
    await world.answer('create_agent', {
      name: 'Ben',
      blocks: [],
      block_ids: [first.blocks[0].id],
    })
    await page.getByRole('link', { name: 'Shared memory' }).click()
    await page.getByText('1 shared block').waitFor()
    await page.locator('.graph text', { hasText: 'Ben' }).waitFor()
    await picture(page, 'shared')
  })

  it('the server shows its health, its data and its models', async () => {
    const { page } = tab
    await page.getByRole('link', { name: 'Server' }).click()
    await page.getByText('openai/scripted').first().waitFor()
    await page.getByText('On disk').waitFor()
    await picture(page, 'server')
  })

  it('settings are changed together', async () => {
    const { page } = tab
    await page.goto(`${world.origin}/#/agents/${agent}/settings`)
    await page.getByRole('textbox', { name: 'Purpose' }).fill('Knows the harbour')
    await page.getByRole('textbox', { name: 'Tags' }).fill('sea, harbour')
    await picture(page, 'settings')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('Knows the harbour').first().waitFor()
    const { agent: found } = await world.answer('get_agent', { agent })
    expect(found).toMatchObject({ description: 'Knows the harbour', tags: ['sea', 'harbour'] })
  })

  it('a sleep-time agent is turned on and off', async () => {
    const { page } = tab
    await page.getByRole('spinbutton', { name: 'After how many turns' }).fill('3')
    await page.getByRole('button', { name: 'Turn on' }).click()
    await page.getByText(/^On: after every 3 turns/).waitFor()
    await page.getByRole('button', { name: 'Turn off' }).scrollIntoViewIfNeeded()
    await picture(page, 'sleep-time')
    await page.getByRole('button', { name: 'Turn off' }).click()
    await page.getByText(/^Off\./).waitFor()
  })

  it('an agent file is imported with a report', async () => {
    const { page } = tab
    const { text } = await world.answer('export_agent', { agent })
    await page.getByRole('link', { name: 'Bring things in' }).click()
    const place = page.getByRole('region', { name: 'Import agent files' })
    await place.locator('input[type=file]').setInputFiles([
      { name: 'ada.json', mimeType: 'application/json', buffer: Buffer.from(text) },
      { name: 'broken.json', mimeType: 'application/json', buffer: Buffer.from('{') },
    ])
    await page.locator('.report', { hasText: 'ada.json' }).getByRole('link').waitFor()
    await page.locator('.report.bad', { hasText: 'broken.json' }).waitFor()
    await picture(page, 'import')
  })

  it('nothing foreign was asked for and no policy was broken', () => {
    expect(tab.faults).toEqual([])
  })
})
