import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HAS_BROWSER, picture, type Tab } from './browser.ts'
import { openWorld, type World } from './world.ts'

/* Part 4: tools are written, tried, given to agents and put in order. */

const ROLL = `def roll_dice(agent_state, sides: int = 6) -> str:
    """
    Roll a die.

    Args:
        sides (int): How many sides it has.
    """
    print("rolling")
    agent_state.memory.update_block_value("human", "Rolled once.")
    return f"One of {sides}."
`

describe.skipIf(!HAS_BROWSER)('tools', () => {
  let world: World
  let tab: Tab
  let agent: string
  beforeAll(async () => {
    world = await openWorld()
    const made = await world.answer('create_agent', { name: 'Ada', human: 'Name: Robert.' })
    agent = made.agent.id
    tab = await world.open('#/tools')
  })
  afterAll(() => world?.close())

  const version = (number: number) =>
    tab.page.locator('.tool-version', { hasText: `Version ${number} ·` })

  it('what the model sees of a source appears as it is typed, and what is wrong with it', async () => {
    const { page } = tab
    await page.getByRole('button', { name: 'New tool' }).click()
    const source = page.getByRole('textbox', { name: 'Source of the tool' })
    await source.fill('def roll_dice(sides: int')
    await page.locator('.schema .problem-line').waitFor()
    expect(await page.getByRole('button', { name: 'Store this tool' }).isEnabled()).toBe(false)
    await source.fill(ROLL)
    await page.locator('.tool-signature', { hasText: 'roll_dice(sides)' }).waitFor()
    await page.locator('.parameters dd', { hasText: 'How many sides it has.' }).waitFor()
    await page.getByText('integer, optional').waitFor()
  })

  it('runs alone before it is stored, and shows output and the changes it would make', async () => {
    const { page } = tab
    await page.getByRole('textbox', { name: 'Arguments, as JSON' }).fill('{"sides": 20}')
    await page.getByRole('combobox', { name: 'With the memory of' }).fill('Ada')
    await page.getByRole('button', { name: 'Run it' }).click()
    const outcome = page.getByRole('region', { name: 'Outcome' })
    await outcome.getByText('One of 20.').waitFor({ timeout: 50_000 })
    await outcome.getByText('rolling').waitFor()
    await outcome.locator('.diff-added', { hasText: 'Rolled once.' }).waitFor()
    await picture(page, 'tool-new')
    const { blocks } = await world.answer('read_memory', { agent, label: 'human' })
    expect(blocks[0].value).toBe('Name: Robert.')
    expect((await world.answer('list_tools', { query: 'roll_dice' })).tools).toEqual([])
  })

  it('is stored, changed, conflicts with an edit elsewhere, and is restored', async () => {
    const { page } = tab
    await page.getByRole('button', { name: 'Store this tool' }).click()
    await version(1).waitFor()
    await page.locator('.run-list a', { hasText: 'roll_dice' }).waitFor()
    const source = page.getByRole('textbox', { name: 'Source of the tool' })
    await source.fill(ROLL.replace('Roll a die.', 'Roll one die.'))
    await world.answer('update_tool', { tool: 'roll_dice', timeout_seconds: 9 })
    const conflict = page.getByRole('alert', { name: 'Conflict in roll_dice' })
    await conflict.waitFor()
    await conflict.getByRole('button', { name: 'Save mine over it' }).click()
    await version(3).waitFor()
    const { tool } = await world.answer('get_tool', { tool: 'roll_dice' })
    expect(tool).toMatchObject({ description: expect.stringContaining('one die'), version: 3 })
    await page.getByText('Versions: 3').click()
    await page.getByRole('button', { name: 'What changed in version 3' }).click()
    await page.locator('.versions .diff-added', { hasText: 'Roll one die.' }).first().waitFor()
    await page.getByRole('button', { name: 'Restore version 1' }).click()
    await version(4).waitFor()
    await picture(page, 'tool')
  })

  it('is given to an agent and taken from it, and rules are drawn', async () => {
    const { page } = tab
    await page.getByRole('combobox', { name: 'Name or id of the agent' }).fill('Ada')
    await page.getByRole('button', { name: 'Attach' }).click()
    await page.getByText('Ada has roll_dice now.').waitFor()
    const { agent: found } = await world.answer('get_agent', { agent })
    expect(found.tools).toContain('roll_dice')
    await page.goto(`${world.origin}/#/agents/${agent}/tools`)
    const add = async (kind: string, tool: string, other?: string) => {
      await page.getByRole('combobox', { name: 'Kind of rule' }).selectOption(kind)
      await page.getByRole('combobox', { name: 'Tool', exact: true }).selectOption(tool)
      if (other) await page.getByRole('combobox', { name: 'Other tool' }).selectOption(other)
      await page.getByRole('button', { name: 'Add the rule' }).click()
    }
    await add('run_first', 'roll_dice')
    await page.getByText('roll_dice is called first.').waitFor()
    await add('constrain_child_tools', 'roll_dice', 'send_message')
    await page.getByText('After roll_dice only send_message may follow.').waitFor()
    await add('exit_loop', 'send_message')
    await page.getByText('After send_message the turn ends.').waitFor()
    const drawing = page.locator('.rules-graph')
    for (const text of ['the turn begins', 'roll_dice', 'send_message', 'the turn ends']) {
      await drawing.getByText(text, { exact: true }).waitFor()
    }
    expect(await drawing.locator('.rule-edge').count()).toBe(3)
    await picture(page, 'agent-tools')
    const remove = page.getByRole('button', { name: /^Remove the rule/ })
    for (let left = 2; left >= 0; left -= 1) {
      await remove.first().click()
      await expect.poll(() => remove.count()).toBe(left)
    }
    await page.getByRole('button', { name: 'Detach roll_dice' }).click()
    await page.getByRole('button', { name: 'Detach roll_dice' }).waitFor({ state: 'detached' })
    await page.getByRole('searchbox', { name: 'Find a tool to attach' }).fill('roll')
    await page.getByRole('button', { name: 'Attach roll_dice' }).click()
    await page.getByRole('button', { name: 'Detach roll_dice' }).waitFor()
  })

  it('is deleted after a question', async () => {
    const { page } = tab
    await page.getByRole('link', { name: /^roll_dice/ }).click()
    await page.getByRole('button', { name: 'Delete this tool' }).click()
    await page.getByRole('button', { name: 'Delete for good' }).click()
    await page.getByText('Choose a tool, or write one').waitFor()
    expect((await world.answer('list_tools', { query: 'roll_dice' })).tools).toEqual([])
  })

  it('nothing foreign was asked for and no policy was broken', () => {
    expect(tab.faults).toEqual([])
  })
})
