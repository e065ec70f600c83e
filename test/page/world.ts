import type { Browser, BrowserContext } from 'playwright-core'
import { newHome, removeHomes, withModel } from '../e2e/support.ts'
import { type Connection, connect, type ServeProcess, startServe } from '../support/connect.ts'
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts'
import { launchBrowser, openTab, type Tab } from './browser.ts'

/** The built server with a scripted model, another client of it, and a browser. */
export interface World {
  readonly provider: ScriptedProvider
  readonly client: Connection
  readonly browser: Browser
  readonly origin: string
  readonly port: number
  readonly environment: Readonly<Record<string, string>>
  /** A tool's answer through the other client. */
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape that it asks for
  answer(tool: string, args?: object): Promise<any>
  /** A new tab at this fragment, in a profile of its own unless one is given. */
  open(fragment?: string, context?: BrowserContext): Promise<Tab>
  /** Stops the server; `start` brings it back at the same port. */
  stop(): Promise<void>
  start(settings?: Readonly<Record<string, string>>): Promise<void>
  close(): Promise<void>
}

export async function openWorld(settings: Readonly<Record<string, string>> = {}): Promise<World> {
  const provider = await startScriptedProvider()
  const environment = { ...withModel(newHome(), provider), ...settings }
  let server: ServeProcess = await startServe(environment)
  const { origin, port } = new URL(server.url)
  const reach = (token = settings.RECOLLECT_TOKEN) =>
    connect('v2-auto', {
      kind: 'http',
      url: `${origin}/mcp?toolsets=all`,
      ...(token !== undefined && { token }),
    })
  let client = await reach()
  const browser = await launchBrowser()
  return {
    provider,
    get client() {
      return client
    },
    browser,
    origin,
    port: Number(port),
    environment,
    async answer(tool, args = {}) {
      const { isError, text, data } = await client.call(tool, args)
      if (isError) throw new Error(`${tool}: ${text}`)
      return data
    },
    async open(fragment = '', context) {
      const profile = context ?? (await browser.newContext({ reducedMotion: 'reduce' }))
      const tab = await openTab(profile, origin)
      await tab.page.goto(`${origin}/${fragment}`)
      return tab
    },
    async stop() {
      await client.close()
      await server.stop()
    },
    async start(settings = {}) {
      server = await startServe({ ...environment, ...settings }, ['--port', port])
      client = await reach(settings.RECOLLECT_TOKEN)
    },
    async close() {
      await browser.close()
      await client.close()
      await server.stop()
      await provider.close()
      removeHomes()
    },
  }
}
