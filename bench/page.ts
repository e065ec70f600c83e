import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { launchBrowser } from '../test/page/browser.ts'
import { fillLarge, LARGE } from '../test/page/large-data.ts'
import { connect, startServe } from '../test/support/connect.ts'
import { callTool, startScriptedProvider } from '../test/support/scripted-provider.ts'
import { describeMachine, environment, median, withScratch } from './support.ts'

/*
 * The page in a real browser: its size, how long after the server answers the first view is there, how soon an edit by
 * another client is shown, and the longest frame while large data is scrolled and typed into. RECOLLECT_TEST_FULL=1 has
 * 1,000 agents and 10,000 messages.
 */

const ROUNDS = 10

/** Text, because it runs in the browser, whose types are not those of Node. */
const MARK_HEADING = `new MutationObserver((_, watcher) => {
  if (!document.querySelector('h1')) return
  performance.mark('first view')
  watcher.disconnect()
}).observe(document, { childList: true, subtree: true })`

/** Milliseconds from the first byte of the page to the heading of the agent, on the page's own clock. */
const FIRST_VIEW = `(() => {
  const [navigation] = performance.getEntriesByType('navigation')
  const [mark] = performance.getEntriesByName('first view')
  return mark.startTime - navigation.responseStart
})()`

await withScratch(async (home) => {
  const provider = await startScriptedProvider()
  provider.respondWith(() => callTool('send_message', { message: 'Noted.' }))
  const env = environment(home, {
    OPENAI_BASE_URL: provider.baseUrl,
    OPENAI_API_KEY: 'none',
    RECOLLECT_MODEL: 'openai/scripted',
  })
  const server = await startServe(env as Record<string, string>)
  const { origin } = new URL(server.url)
  const client = await connect('v2-auto', { kind: 'http', url: `${origin}/mcp?toolsets=all` })
  const answer = async (tool: string, args: object = {}) => {
    const { isError, text, data } = await client.call(tool, args)
    if (isError) throw new Error(`${tool}: ${text}`)
    return data
  }
  const { agent: small } = await answer('create_agent', { name: 'Small', human: 'Robert.' })
  const browser = await launchBrowser()

  const html = readFileSync('dist/page.html')
  console.log(describeMachine())
  console.log(`size: ${kilobytes(html.length)}, gzipped ${kilobytes(gzipSync(html).length)}`)

  const firsts: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const page = await browser.newPage()
    await page.addInitScript(MARK_HEADING)
    await page.goto(`${origin}/#/agents/${small.id}/chat`)
    await page.getByRole('heading', { name: 'Small' }).waitFor()
    firsts.push(await page.evaluate<number>(FIRST_VIEW))
    await page.close()
  }
  console.log(
    `first view after the server's answer: median ${ms(median(firsts))}, longest ${ms(Math.max(...firsts))}`,
  )

  const page = await browser.newPage()
  await page.goto(`${origin}/#/agents/${small.id}/chat`)
  await page.locator('.rail-block').first().waitFor()
  const shown: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    await page.waitForTimeout(200 + Math.random() * 200)
    const value = `Edit ${round}.`
    const seen = page.locator('.rail-block[data-label=human]', { hasText: value }).waitFor()
    await answer('write_memory_block', { agent: small.id, label: 'human', value })
    const from = performance.now()
    await seen
    shown.push(performance.now() - from)
  }
  console.log(
    `an edit elsewhere is shown: median ${ms(median(shown))}, longest ${ms(Math.max(...shown))}`,
  )

  const large = await fillLarge({ answer })
  await page.goto(`${origin}/#/agents/${large}/chat`)
  await page.getByText(`Message ${LARGE.messages}:`).waitFor()
  await report(page, 'opening earlier messages', async () => {
    for (let presses = 0; presses < 5; presses += 1) {
      await page.getByRole('button', { name: 'Show earlier messages' }).click()
      await page.waitForTimeout(300)
    }
  })
  await report(page, 'scrolling the conversation', () => wheel(page))
  await report(page, 'listing agents', async () => {
    for (let presses = 0; presses < 3; presses += 1) {
      const more = page.getByRole('button', { name: 'Show more agents' })
      if ((await more.count()) === 0) return
      await more.click()
      await page.waitForTimeout(500)
    }
  })
  await page.goto(`${origin}/#/agents/${large}/memory`)
  const text = page.getByRole('textbox', { name: 'Text of large' })
  await text.press('Control+End')
  await report(page, `typing into ${LARGE.characters} characters`, () =>
    page.keyboard.type('twenty more letters.', { delay: 40 }),
  )

  await browser.close()
  await client.close()
  await server.stop()
  await provider.close()
})

/** The longest time between two frames while something is done. */
async function report(page: Page, what: string, work: () => Promise<unknown>): Promise<void> {
  await page.evaluate(`(() => {
    window.longest = 0
    let last = performance.now()
    const frame = (at) => {
      window.longest = Math.max(window.longest, at - last)
      last = at
      window.watching = requestAnimationFrame(frame)
    }
    window.watching = requestAnimationFrame(frame)
  })()`)
  await work()
  const longest = await page.evaluate<number>(
    '(cancelAnimationFrame(window.watching), window.longest)',
  )
  console.log(`${what}: longest frame ${ms(longest)}`)
}

async function wheel(page: Page): Promise<void> {
  await page.getByRole('log').hover()
  for (let turns = 0; turns < 20; turns += 1) {
    await page.mouse.wheel(0, -600)
    await page.waitForTimeout(50)
  }
}

function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(0)} ms`
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`
}
