import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterAll, describe, expect, it } from 'vitest'
import { BINARY } from '../support/connect.ts'
import { newHome, removeHomes, runCommand, withoutKey } from './support.ts'

/* Those who read what a process prints may stop reading at any time. */

afterAll(removeHomes)

const INITIALIZE = {
  method: 'initialize',
  params: {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '0' },
  },
}

function start(home: string, args: readonly string[] = []): ChildProcessWithoutNullStreams {
  const environment = { PATH: process.env.PATH ?? '', HOME: home, ...withoutKey(home) }
  return spawn(process.execPath, [BINARY, ...args], { env: environment })
}

function send(child: ChildProcessWithoutNullStreams, message: object): void {
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
}

const call = (id: number, name: string, args: object) => ({
  id,
  method: 'tools/call',
  params: { name, arguments: args },
})

describe('a server over stdio', () => {
  it('goes on when nobody reads its log', async () => {
    const child = start(newHome())
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    child.stderr.destroy()
    for (let count = 0; count < 20; count += 1) child.stdin.write('this is no JSON\n')
    send(child, { id: 1, ...INITIALIZE })
    send(child, call(2, 'list_agents', {}))
    for (;;) {
      const { value } = await answers.next()
      const { id, result } = JSON.parse(value)
      if (id !== 2) continue
      expect(result.structuredContent).toEqual({ agents: [] })
      break
    }
    child.stdin.end()
    const [code] = await once(child, 'exit')
    expect(code).toBe(0)
  })

  it('carries out requests even when nobody reads the answers', async () => {
    const home = newHome()
    const child = start(home)
    let log = ''
    child.stderr.on('data', (text) => {
      log += text
    })
    const read = createInterface({ input: child.stdout })
    send(child, { id: 1, ...INITIALIZE })
    await once(read, 'line')
    child.stdout.destroy()
    send(child, call(2, 'create_agent', { name: 'Mira' }))
    send(child, call(3, 'create_agent', { name: 'Noa' }))
    send(child, call(4, 'insert_archival', { agent: 'Noa', text: 'The key is in the shed.' }))
    child.stdin.end()
    const [code] = await once(child, 'exit')
    expect({ code, log }).toEqual({ code: 0, log: expect.not.stringMatching(/\n +at /) })
    const { stdout } = await runCommand(['stats'], withoutKey(home))
    expect(stdout).toMatch(/agents +2/i)
  })
})

describe('a server over HTTP', () => {
  it('goes on when nobody reads what it prints', async () => {
    const child = start(newHome(), ['serve', '--port', '0'])
    const lines = createInterface({ input: child.stderr })
    const [line] = await once(lines, 'line')
    const url = /http:\S+/.exec(line)?.[0] ?? ''
    child.stderr.destroy()
    child.stdout.destroy()
    for (let count = 0; count < 5; count += 1) {
      const response = await fetch(url.replace('/mcp', '/health'))
      expect(response.status).toBe(200)
    }
    child.kill('SIGTERM')
    const [code] = await once(child, 'exit')
    expect(code).toBe(0)
  })
})

describe('a command', () => {
  it.each([
    ['doctor'],
    ['stats'],
    ['--help'],
    ['--version'],
    ['token', 'list'],
    ['export', 'Mira'],
  ])('%s ends silently when its reader has gone', async (...args) => {
    const home = newHome()
    const made = start(home)
    send(made, { id: 1, ...INITIALIZE })
    send(made, call(2, 'create_agent', { name: 'Mira', human: 'x'.repeat(4_000) }))
    made.stdin.end()
    await once(made, 'exit')
    const child = start(home, args)
    child.stdout.destroy()
    child.stdin.end()
    let log = ''
    child.stderr.on('data', (text) => {
      log += text
    })
    const [code] = await once(child, 'close')
    expect(log).not.toMatch(/EPIPE|\n +at |destroyed/)
    expect(code).toBeLessThanOrEqual(1)
  })
})
