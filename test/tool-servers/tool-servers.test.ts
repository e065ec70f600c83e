import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config/read-config.ts'
import { secretsOf } from '../../src/config/secrets.ts'
import { createLog } from '../../src/core/log.ts'
import { createToolServers } from '../../src/tool-servers/create-tool-servers.ts'
import { readServerSettings } from '../../src/tool-servers/settings.ts'
import type { ServerCall, ToolServers } from '../../src/tool-servers/tool-servers.ts'

const NASTY = fileURLToPath(new URL('nasty-server.mjs', import.meta.url))
const RECONNECTS = Number(process.env.RECONNECTS ?? 20)
/** Calls after which the server is gone. */
const ENDINGS: readonly (readonly [tool: string, args?: object])[] = [
  ['die'],
  ['big', { bytes: 12_000_000 }],
]
const ENVIRONMENT = {
  PATH: process.env.PATH,
  HOME: '/home/nobody',
  OPENAI_API_KEY: 'sk-secret',
  CITY: 'Rome',
}

/** As the file names a variable of the environment. */
const variable = (name: string) => ['$', '{', name, '}'].join('')

let folder: string
let open: ToolServers[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recollect-servers-'))
  open = []
})
afterEach(async () => {
  await Promise.all(open.map((servers) => servers.close()))
  rmSync(folder, { recursive: true })
})

/** Tool servers from a file as an operator writes it. */
function serve(mcpServers: object, now: () => number = Date.now): ToolServers {
  const servers = createToolServers({
    servers: readServerSettings(write({ mcpServers }), ENVIRONMENT),
    environment: ENVIRONMENT,
    log: createLog('error', []),
    now,
  })
  open.push(servers)
  return servers
}

function write(content: unknown): string {
  const path = join(folder, 'mcp.json')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const nasty = (options: object = {}) => ({ command: process.execPath, args: [NASTY], ...options })

function callOf(tool: string, args: object = {}, options: Partial<ServerCall> = {}): ServerCall {
  return {
    namespace: 'default',
    server: 'nasty',
    tool,
    arguments: { ...args },
    callId: 'call-1',
    signal: new AbortController().signal,
    ...options,
  }
}

/** Processes of which we know the id; one that waits to be reaped is no longer alive. */
async function gone(pid: number): Promise<boolean> {
  for (let turn = 0; turn < 200; turn += 1) {
    if (!isAlive(pid)) return true
    await sleep(25)
  }
  return false
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return process.platform !== 'linux'
  }
}

describe('tools of other MCP servers', () => {
  it('start nothing until they are asked for', async () => {
    const servers = serve({ nasty: nasty(), other: { url: 'http://127.0.0.1:9/mcp' } })
    expect(await servers.list(undefined, { connect: false })).toEqual([
      { name: 'nasty', transport: 'stdio', status: 'not_connected', tools: [] },
      { name: 'other', transport: 'http', status: 'not_connected', tools: [] },
    ])
  })

  it('have names of at most 64 plain characters, no two alike', async () => {
    const names = (
      await serve({ nasty: nasty(), nas: nasty(), nas__ty: nasty() }).tools('default')
    ).map(({ name }) => name)
    expect(names).toContain('nasty__echo')
    expect(names.length).toBe(3 * 16)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
  })

  it('have the effect that the server declares, and are never repeated if it declares none', async () => {
    const tools = await serve({ nasty: nasty({ approve: ['pu*'] }) }).tools('default')
    const of = (tool: string) => tools.find((one) => one.tool === tool)
    expect(of('echo')).toMatchObject({ effect: 'readonly', requiresApproval: false })
    expect(of('put')).toMatchObject({ effect: 'idempotent', requiresApproval: true })
    expect(of('die')).toMatchObject({ effect: 'once', requiresApproval: false })
    expect(of('a b')?.description.length).toBe(1_024)
  })

  it('are those that the operator lists, in the namespaces that the operator names', async () => {
    const servers = serve({ nasty: nasty({ tools: ['echo', 's*'], namespaces: ['home'] }) })
    expect((await servers.tools('home')).map(({ tool }) => tool)).toEqual(['echo', 'slow', 'spawn'])
    expect(await servers.tools('default')).toEqual([])
    await expect(servers.call(callOf('echo'))).rejects.toThrow(/no tool "echo".*any more/)
    await expect(servers.call(callOf('die', {}, { namespace: 'home' }))).rejects.toThrow(
      /no tool "die"/,
    )
  })

  it('answer, with the id of the call, and show every kind of part', async () => {
    const servers = serve({ nasty: nasty() })
    expect(await servers.call(callOf('echo', { text: 'hi' }))).toEqual({
      status: 'success',
      text: 'hi call-1',
    })
    expect(await servers.call(callOf('fail'))).toEqual({ status: 'error', text: 'it failed' })
    expect((await servers.call(callOf('mixed'))).text.split('\n')).toEqual([
      'a\uFFFDb',
      '[image of type image/png, not shown]',
      '[resource https://example.com/x]',
      'inside',
    ])
  })

  it('see a few variables of our environment, and those that the operator gives them', async () => {
    const servers = serve({
      nasty: nasty({ env: { TOKEN: variable('CITY'), TO: variable('env:CITY') } }),
    })
    expect((await servers.call(callOf('env'))).text).toBe('HOME PATH TO TOKEN')
  })

  it('have results cut with a count', async () => {
    const servers = serve({ nasty: nasty({ resultChars: 10 }) })
    expect((await servers.call(callOf('big', { bytes: 1_000 }))).text).toBe(
      `${'x'.repeat(10)}\n[990 more characters were left out]`,
    )
  })

  it('end with a message that is too large, and work again at the next call', async () => {
    const servers = serve({ nasty: nasty() })
    await expect(servers.call(callOf('big', { bytes: 12_000_000 }))).rejects.toThrow(
      /unknown: check/,
    )
    expect((await servers.call(callOf('echo', { text: 'back' }))).text).toBe('back call-1')
  })

  it('that die leave the outcome unknown, and work again at the next call', async () => {
    const servers = serve({ nasty: nasty() })
    await expect(servers.call(callOf('die'))).rejects.toThrow(
      /Whether the tool did anything is unknown/,
    )
    expect((await servers.call(callOf('echo', { text: 'back' }))).text).toBe('back call-1')
  })

  it('that hang are given up, unless they report progress, and then not for ever', async () => {
    const servers = serve({ nasty: nasty({ seconds: 0.3 }) })
    await expect(servers.call(callOf('slow', { ms: 60_000 }))).rejects.toThrow(/unknown/)
    const slow = { ms: 900, progress: true }
    expect((await servers.call(callOf('slow', slow))).text).toBe('done')
    await expect(servers.call(callOf('slow', { ms: 60_000, progress: true }))).rejects.toThrow(
      /unknown/,
    )
  })

  it('are cancelled with the run', async () => {
    const servers = serve({ nasty: nasty() })
    const controller = new AbortController()
    const call = servers.call(callOf('slow', { ms: 60_000 }, { signal: controller.signal }))
    setTimeout(() => controller.abort(new Error('cancelled')), 50)
    await expect(call).rejects.toThrow('cancelled')
  })

  it('are listed anew when the server says that they changed', async () => {
    const servers = serve({ nasty: nasty() })
    const description = async () =>
      (await servers.tools('default')).find(({ tool }) => tool === 'change')?.description
    expect(await description()).toBe('Version 1.')
    await servers.call(callOf('change'))
    await expect.poll(description, { timeout: 10_000 }).toBe('Version 2.')
  })

  it('that can not be reached say why, and are not tried again at once', async () => {
    let now = 0
    const servers = serve({ nasty: { command: '/nonexistent/server' } }, () => now)
    expect(await servers.tools('default')).toEqual([])
    await expect(servers.call(callOf('echo'))).rejects.toThrow(
      /"nasty" can't be reached, and nothing was called/,
    )
    const [view] = await servers.list(undefined, { connect: true })
    expect(view).toMatchObject({ status: 'failed', error: expect.stringContaining('ENOENT') })
    now += 600_000
    await expect(servers.call(callOf('echo'))).rejects.toThrow(/ENOENT/)
  })

  it('show none of the secrets that the operator gives them in their errors', async () => {
    const servers = serve({
      nasty: nasty({ env: { TOKEN: 'tool-key-0123' } }),
      web: { url: 'http://key-user:pass-word@127.0.0.1:9/mcp' },
    })
    await expect(servers.call(callOf('refuse'))).rejects.toThrow(/no access with \[redacted\]/)
    expect(await servers.call(callOf('fail', { tell: true }))).toEqual({
      status: 'error',
      text: 'it failed with [redacted]',
    })
    const [, web] = await servers.list(undefined, { connect: true })
    expect(web?.error).toBeDefined()
    expect(JSON.stringify(web)).not.toMatch(/key-user|pass-word/)
  })

  it('show none of the secrets of the operator in their results, and the rest of what they were given', async () => {
    const env = { TOKEN: 'tool-key-0123', CITY: 'Reykjavik' }
    const args = [NASTY, '--api-key', 'flag-key-0123', 'postgres://me:pass-word@db/x']
    const file = write({ mcpServers: { nasty: nasty({ env, args }) } })
    expect(secretsOf(readConfig({}, { RECOLLECT_TOOL_SERVERS: file }))).toEqual(
      expect.arrayContaining(['tool-key-0123', 'flag-key-0123', 'pass-word']),
    )
    const servers = serve({ nasty: nasty({ env, args }) })
    expect((await servers.call(callOf('tell'))).text).toBe('[redacted] in Reykjavik')
  })

  it('that can not be started leave no listener behind', async () => {
    let now = 0
    const servers = serve({ nasty: { command: '/nonexistent/server' } }, () => now)
    const before = process.listenerCount('exit')
    for (let turn = 0; turn < 3; turn += 1) {
      await servers.list(undefined, { connect: true })
      now += 600_000
    }
    expect(process.listenerCount('exit')).toBe(before)
  })

  it('end when they are idle, with what they started, and start again', async () => {
    const servers = serve({ nasty: nasty({ idleSeconds: 0.2 }) })
    const child = Number.parseInt((await servers.call(callOf('spawn'))).text, 10)
    expect(isAlive(child)).toBe(true)
    expect(await gone(child)).toBe(true)
    expect((await servers.list(undefined, { connect: false }))[0]?.status).toBe('idle')
    expect((await servers.call(callOf('echo', { text: 'back' }))).text).toBe('back call-1')
  })

  // Issue 20 asks for 100: it is the size with RECONNECTS=100.
  it(
    `leave no process behind in ${RECONNECTS} connections that end badly`,
    async () => {
      let now = 0
      // The last one hears neither the end of its input nor SIGTERM.
      const servers = serve({ nasty: nasty({ env: { STUBBORN: 'yes' } }) }, () => now)
      const processes: number[] = []
      for (let turn = 0; turn < RECONNECTS; turn += 1) {
        processes.push(...(await servers.call(callOf('spawn'))).text.split(' ').map(Number))
        const [tool, args] = ENDINGS[turn % ENDINGS.length] ?? ['die']
        await servers.call(callOf(tool, args)).catch(() => {})
        now += 600_000
      }
      processes.push(...(await servers.call(callOf('spawn'))).text.split(' ').map(Number))
      await servers.close()
      expect(new Set(processes).size).toBe(2 * (RECONNECTS + 1))
      for (const pid of processes) expect(await gone(pid)).toBe(true)
    },
    60_000 + RECONNECTS * 8_000,
  )
})
