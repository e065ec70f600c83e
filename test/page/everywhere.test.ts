import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callTool } from '../support/scripted-provider.ts'
import { HAS_BROWSER, type Tab } from './browser.ts'
import { HOSTILE } from './hostile-texts.ts'
import { openWorld, type World } from './world.ts'

/* Every part, filled with what others could store: it stays text, and axe finds nothing. */

const ALL = HOSTILE.join('\n')
/** What no part of the page has, so that it can only come from a stored text. */
const FOREIGN =
  'img,iframe,object,embed,form,base,video,audio,template,math,link[rel=stylesheet],meta[http-equiv],a[href^="javascript:"],[onerror],[onload]'

const TOOL = `def odd(text: str):
    """${ALL.replaceAll('\\', '\\\\')}"""
    print(text)
    raise ValueError(text)
`

describe.skipIf(!HAS_BROWSER)('every part', () => {
  let world: World
  let tab: Tab
  const ids = { agent: '', run: '', tool: '' }
  beforeAll(async () => {
    world = await openWorld()
    const made = await world.answer('create_agent', {
      name: HOSTILE[3],
      description: ALL,
      persona: ALL,
      human: ALL,
      tags: HOSTILE.slice(0, 5),
      system: ALL,
    })
    ids.agent = made.agent.id
    await fill()
    tab = await world.open(`#/agents/${ids.agent}/chat`)
  })
  afterAll(() => world?.close())

  async function fill(): Promise<void> {
    const { agent } = ids
    for (const [index, name] of HOSTILE.entries()) {
      await world.answer('create_agent', { name: `${index} ${name}`, description: name })
    }
    world.provider.enqueue(
      callTool(
        'core_memory_append',
        { label: 'human', content: ALL, request_heartbeat: true },
        { reasoning: ALL },
      ),
      callTool('send_message', { message: ALL }),
    )
    const { run_id } = await world.answer('send_message', { agent, message: ALL })
    ids.run = run_id
    await world.answer('write_memory_block', { agent, label: 'human', value: ALL, reason: ALL })
    const { agent: whole } = await world.answer('get_agent', { agent })
    const other = await world.answer('create_agent', {
      name: 'Ben',
      blocks: [],
      block_ids: [whole.blocks[0].id],
    })
    await world.answer('insert_archival', {
      agent,
      texts: [`ferry ${ALL}`],
      source: HOSTILE[4],
      tags: HOSTILE.slice(5, 9),
    })
    await world.answer('create_archive', { name: HOSTILE[5], description: ALL, agent })
    const { tool } = await world.answer('create_tool', {
      source: TOOL,
      description: ALL,
      tags: HOSTILE.slice(9, 12),
    })
    ids.tool = tool.id
    await world.answer('attach_tool', { agent, tool: tool.id })
    const asks = { type: 'requires_approval', tool_name: 'archival_memory_insert' }
    await world.answer('update_agent', { agent, tool_rules: [asks] })
    await world.answer('load', { agent, text: ALL, name: HOSTILE[6] })
    await world.answer('load', { agent, data: 'AAEC', name: `${HOSTILE[7]}.pdf` })
    world.provider.enqueue(callTool('archival_memory_insert', { content: ALL }))
    await world.answer('send_message', { agent, message: ALL, wait_seconds: 20 })
    await world.answer('get_agent', { agent: other.agent.id })
  }

  /** Name, address, what shows that it is there, and the texts that must be seen; by default all. */
  const parts: readonly (readonly [
    string,
    () => string,
    (page: Page) => Promise<unknown>,
    (readonly string[])?,
  ])[] = [
    [
      'chat',
      () => `agents/${ids.agent}/chat`,
      (page) => page.getByRole('region', { name: /^Approval of/ }).waitFor(),
    ],
    [
      'context',
      () => `agents/${ids.agent}/context`,
      async (page) => {
        await page.getByRole('button', { name: 'Show it' }).click()
        await page.locator('.request details').first().waitFor()
        await page.getByRole('button', { name: 'As JSON' }).click()
      },
      ['onerror'],
    ],
    [
      'memory',
      () => `agents/${ids.agent}/memory/human`,
      (page) => page.getByRole('slider', { name: 'Version of human' }).waitFor(),
    ],
    [
      'archive',
      () => `agents/${ids.agent}/archive`,
      async (page) => {
        await page.getByRole('searchbox', { name: 'Search the archive' }).fill('ferry')
        await page.locator('.why summary').first().click()
      },
    ],
    [
      'tools of an agent',
      () => `agents/${ids.agent}/tools`,
      (page) => page.getByText('A person approves each call').waitFor(),
      [],
    ],
    [
      'a run',
      () => `agents/${ids.agent}/runs/${ids.run}`,
      (page) => page.getByRole('list', { name: 'Timeline' }).waitFor(),
    ],
    [
      'settings',
      () => `agents/${ids.agent}/settings`,
      (page) => page.getByRole('textbox', { name: 'System prompt' }).waitFor(),
    ],
    [
      'a tool',
      () => `tools/${ids.tool}`,
      (page) => page.locator('.tool-signature', { hasText: 'odd(text)' }).waitFor(),
    ],
    ['a new tool', () => 'tools/new', (page) => page.locator('.tool-signature').waitFor(), []],
    [
      'approvals',
      () => 'inbox',
      (page) => page.getByRole('region', { name: /^Approval of/ }).waitFor(),
      ['onerror'],
    ],
    ['shared memory', () => 'shared', (page) => page.locator('.graph').waitFor(), ['onerror']],
    ['teams and background', () => 'background', (page) => page.locator('.job').nth(1).waitFor(), []],
    ['bring things in', () => 'bring', (page) => page.locator('.job').nth(1).waitFor(), []],
    ['a new agent', () => 'new', (page) => page.getByRole('textbox', { name: 'Name' }).waitFor(), []],
    ['the server', () => 'server', (page) => page.getByText('On disk').waitFor(), []],
  ]

  it.each(parts)('%s shows stored markup as text, and axe finds nothing', async (_, at, ready, seen = HOSTILE) => {
    const { page } = tab
    await page.goto(`${world.origin}/#/${at()}`)
    await ready(page)
    const shown = await textOf(page)
    const missing = seen.filter((text) => !shown.includes(flat(text)))
    expect(missing).toEqual([])
    expect(await page.evaluate(`document.querySelectorAll('${FOREIGN}').length`)).toBe(0)
    expect(await page.evaluate('typeof hit')).toBe('undefined')
    expect(tab.faults).toEqual([])
    expect(await violations(page)).toEqual([])
  })

  it('the list of agents shows every name as it is', async () => {
    const { page } = tab
    const shown = await textOf(page)
    for (const [index, name] of HOSTILE.entries()) expect(shown).toContain(flat(`${index} ${name}`))
  })

  it('the palette and what a trial prints are text, too', async () => {
    const { page } = tab
    await page.goto(`${world.origin}/#/tools/${ids.tool}`)
    await page.getByRole('textbox', { name: 'Arguments, as JSON' }).fill(JSON.stringify({ text: ALL }))
    await page.getByRole('button', { name: 'Run it' }).click()
    await page.getByRole('region', { name: 'Outcome' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Find an agent or a command' }).fill('img')
    await page.getByRole('option').first().waitFor()
    expect(await page.evaluate(`document.querySelectorAll('${FOREIGN}').length`)).toBe(0)
    expect(await page.evaluate('typeof hit')).toBe('undefined')
    expect(await violations(page)).toEqual([])
    expect(tab.faults).toEqual([])
  })
})

function flat(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

/** Everything that can be read on the page, in one line. */
async function textOf(page: Page): Promise<string> {
  const text = await page.evaluate<string>(
    "document.body.textContent + ' ' + [...document.querySelectorAll('textarea,input')].map((each) => each.value).join(' ')",
  )
  return flat(text)
}

/** What axe finds, in light and then, for contrast, in dark. */
async function violations(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate("typeof axe === 'object'"))) await page.evaluate(axe.source)
  const found = async (options: string) =>
    page.evaluate<readonly string[]>(
      `axe.run(document, ${options}).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ' ' + target.join(' '))))`,
    )
  await page.emulateMedia({ colorScheme: 'light' })
  const light = await found("{ resultTypes: ['violations'] }")
  await page.emulateMedia({ colorScheme: 'dark' })
  const dark = await found("{ resultTypes: ['violations'], runOnly: ['color-contrast'] }")
  await page.emulateMedia({ colorScheme: 'light' })
  return [...light, ...dark]
}
