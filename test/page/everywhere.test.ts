import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callTool } from '../support/scripted-provider.ts'
import { HAS_BROWSER, type Tab } from './browser.ts'
import { HOSTILE } from './hostile-texts.ts'
import { openWorld, type World } from './world.ts'

/* Every part, filled with what others could store: it stays text, and axe finds nothing. */

const ALL = HOSTILE.join('\n')
/** Elements that no part of the page has, so that they can only come from a stored text. */
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
    await world.answer('write_memory_block', {
      agent,
      label: 'human',
      value: ALL,
      reason: HOSTILE[1],
    })
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

  interface Part {
    readonly name: string
    readonly at: () => string
    /** Resolves when the part is there. */
    readonly ready: (page: Page) => Promise<unknown>
    /** Texts that must be seen; all, if absent. */
    readonly seen?: readonly string[]
  }

  const asked = (page: Page) => page.getByRole('region', { name: /^Approval of/ }).waitFor()
  const parts: readonly Part[] = [
    { name: 'chat', at: () => `agents/${ids.agent}/chat`, ready: asked },
    {
      name: 'context',
      at: () => `agents/${ids.agent}/context`,
      async ready(page) {
        await page.getByRole('button', { name: 'Show it' }).click()
        await page.locator('.request details').first().waitFor()
        await page.getByRole('button', { name: 'As JSON' }).click()
      },
      seen: ['onerror'],
    },
    {
      name: 'memory',
      at: () => `agents/${ids.agent}/memory/human`,
      ready: (page) => page.getByRole('slider', { name: 'Version of human' }).waitFor(),
    },
    {
      name: 'archive',
      at: () => `agents/${ids.agent}/archive`,
      async ready(page) {
        await page.getByRole('searchbox', { name: 'Search the archive' }).fill('ferry')
        await page.locator('.why summary').first().click()
      },
    },
    {
      name: 'tools of an agent',
      at: () => `agents/${ids.agent}/tools`,
      ready: (page) => page.getByText('A person approves each call').waitFor(),
      seen: ['onerror'],
    },
    {
      name: 'a run',
      at: () => `agents/${ids.agent}/runs/${ids.run}`,
      ready: (page) => page.getByRole('list', { name: 'Timeline' }).waitFor(),
    },
    {
      name: 'settings',
      at: () => `agents/${ids.agent}/settings`,
      ready: (page) => page.getByRole('textbox', { name: 'System prompt' }).waitFor(),
    },
    {
      name: 'a tool',
      at: () => `tools/${ids.tool}`,
      ready: (page) => page.locator('.tool-signature', { hasText: 'odd(text)' }).waitFor(),
    },
    {
      name: 'a new tool',
      at: () => 'tools/new',
      ready: (page) => page.locator('.tool-signature').waitFor(),
      seen: [],
    },
    { name: 'approvals', at: () => 'inbox', ready: asked, seen: [HOSTILE[4] ?? ''] },
    {
      name: 'shared memory',
      at: () => 'shared',
      ready: (page) => page.locator('.graph').waitFor(),
      seen: ['onerror'],
    },
    {
      name: 'teams and background',
      at: () => 'background',
      ready: (page) => page.locator('.job').nth(1).waitFor(),
      seen: [HOSTILE[6] ?? '', HOSTILE[7] ?? ''],
    },
    {
      name: 'bring things in',
      at: () => 'bring',
      ready: (page) => page.locator('.job').nth(1).waitFor(),
      seen: [HOSTILE[6] ?? '', HOSTILE[7] ?? ''],
    },
    {
      name: 'a new agent',
      at: () => 'new',
      ready: (page) => page.getByRole('textbox', { name: 'Persona' }).waitFor(),
      seen: [],
    },
    {
      name: 'the server',
      at: () => 'server',
      ready: (page) => page.getByText('On disk').waitFor(),
      seen: [],
    },
  ]

  it.each(parts)('$name shows stored markup as text, and axe finds nothing', async (part) => {
    const { page } = tab
    await page.goto(`${world.origin}/#/${part.at()}`)
    await part.ready(page)
    const seen = part.seen ?? HOSTILE
    await expect
      .poll(async () => {
        const shown = await textOf(page)
        return seen.filter((text) => !shown.includes(flat(text)))
      })
      .toEqual([])
    await expectNothingForeign(page)
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
    await page
      .getByRole('textbox', { name: 'Arguments, as JSON' })
      .fill(JSON.stringify({ text: ALL }))
    await page.getByRole('button', { name: 'Run it' }).click()
    await page.getByRole('region', { name: 'Outcome' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Find an agent or a command' }).fill('img')
    await page.getByRole('option').first().waitFor()
    await expectNothingForeign(page)
    expect(await violations(page)).toEqual([])
  })

  async function expectNothingForeign(page: Page): Promise<void> {
    expect(await page.evaluate(`document.querySelectorAll('${FOREIGN}').length`)).toBe(0)
    expect(await page.evaluate('typeof hit')).toBe('undefined')
    expect(tab.faults).toEqual([])
  }
})

function flat(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

/** Everything that can be read on the page, in one line. */
async function textOf(page: Page): Promise<string> {
  const text = await page.evaluate<string>(
    "document.getElementById('app').textContent + ' ' + [...document.querySelectorAll('textarea,input')].map((each) => each.value).join(' ')",
  )
  return flat(text)
}

/** Findings of axe, in light and then, for contrast, in dark. */
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
