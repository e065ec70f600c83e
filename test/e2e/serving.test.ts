import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PATIENT } from '../agent/patient.ts'
import { BINARY, connect, startServe } from '../support/connect.ts'
import { openTerminal } from '../support/terminal.ts'
import { expectOneLine, newHome, removeHomes, runCommand, withoutKey } from './support.ts'

/* The program as a person meets it while it serves. */

afterAll(removeHomes)

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

describe('output', () => {
  const shell = async (line: string) => {
    const home = newHome()
    await runCommand(['doctor'], withoutKey(home))
    const child = spawn('bash', ['--norc', '-c', `set -o pipefail; ${line}`], {
      env: { PATH: process.env.PATH ?? '', NODE: process.execPath, BINARY, ...withoutKey(home) },
    })
    let errors = ''
    child.stderr.on('data', (piece) => {
      errors += piece
    })
    child.stdout.resume()
    const [code] = await once(child, 'close')
    return { code, errors }
  }

  it.each(['"$NODE" "$BINARY" doctor | head -1', '"$NODE" "$BINARY" help serve | true'])(
    'whose reader has gone ends quietly: %s',
    async (line) => {
      expect(await shell(line)).toEqual({ code: 0, errors: '' })
    },
  )

  it.skipIf(!existsSync('/dev/full'))('on a full disk ends quietly, and not well', async () => {
    expect(await shell('"$NODE" "$BINARY" stats > /dev/full')).toEqual({ code: 1, errors: '' })
  })

  it('is in colours on a terminal, unless NO_COLOR is set', async () => {
    const command = [process.execPath, BINARY, 'doctor']
    const coloured = openTerminal(command, withoutKey(newHome()))
    await coloured.shows('Providers')
    expect(coloured.raw()).toContain('\u001b[32mok:')
    const plain = openTerminal(command, { ...withoutKey(newHome()), NO_COLOR: '1' })
    await plain.shows('Providers')
    expect(plain.raw()).not.toContain('\u001b')
  })

  it('is JSON on request', async () => {
    const home = newHome()
    const environment = withoutKey(home)
    const client = await connect('v2-auto', { kind: 'stdio', environment })
    const { data } = await client.call('create_agent', { name: 'A\u009bda' })
    const memory = await client.call('read_memory', { agent: data.agent.id })
    await client.close()
    const json = async (...args: readonly string[]) => {
      const finished = await runCommand([...args, '--json'], environment)
      expect(finished).toMatchObject({ code: 0, stderr: '' })
      expect(finished.stdout).not.toContain('\u009b')
      return JSON.parse(finished.stdout)
    }
    expect((await json('agents')).agents).toMatchObject([{ id: data.agent.id, name: 'A\u009bda' }])
    expect((await json('agents', 'show', data.agent.id)).agent).toEqual(data.agent)
    expect((await json('memory', data.agent.id)).blocks).toEqual(memory.data.blocks)
    expect(await json('stats')).toMatchObject({ agents: 1, blocks: 2, namespace: 'default' })
    const made = await json('token', 'create', '--name', 'laptop')
    expect((await json('token', 'list')).tokens).toMatchObject([{ id: made.id, name: 'laptop' }])
    const shown = await runCommand(['agents', 'show', data.agent.id], environment)
    expect(shown.stdout).toContain('A\\u009bda')
  })
})

describe('a server for others', () => {
  it('serves with a token, and only those who have it', async () => {
    const token = 'a-long-enough-token'
    const environment = { ...withoutKey(newHome()), RECOLLECT_TOKEN: token }
    const serving = await startServe(environment, ['--host', '0.0.0.0'])
    const url = serving.url.replace('0.0.0.0', '127.0.0.1')
    await expect(connect('v2-legacy', { kind: 'http', url })).rejects.toThrow()
    const wrong = connect('v2-legacy', { kind: 'http', url, token: 'a-wrong-long-token' })
    await expect(wrong).rejects.toThrow()
    const client = await connect('v2-auto', { kind: 'http', url, token })
    expect((await client.call('list_agents')).data).toEqual({ agents: [] })
    await client.close()
    expect(serving.errors()).not.toContain(token)
    expect(await serving.stop()).toBe(0)
  })
})

describe('a read-only server', () => {
  it('gets a clear error from every command if data is missing, and nothing is created', async () => {
    const home = newHome()
    const environment = { ...withoutKey(home), RECOLLECT_READ_ONLY: '1' }
    const served = await runCommand(['serve', '--port', '0'], environment)
    expect(served).toMatchObject({ code: 1, stdout: '' })
    expectOneLine(served)
    expect(served.stderr).toMatch(/There is no data at .*RECOLLECT_HOME/)
    const examined = await runCommand(['doctor', '--read-only'], withoutKey(home))
    expect(examined.code).toBe(1)
    expect(examined.stdout).toMatch(/Data +FAILED: There is no data/)
    const counted = await runCommand(['stats'], withoutKey(home))
    expect(counted).toMatchObject({ code: 1, stdout: '' })
    expectOneLine(counted)
    expect(existsSync(join(home, 'recollect.db'))).toBe(false)
  })

  it('serves beside one that writes, calls no model, and can be pinned to one agent', async () => {
    const home = newHome()
    const writing = await startServe(withoutKey(home))
    const writer = await connect('v2-auto', { kind: 'http', url: writing.url })
    const { data } = await writer.call('create_agent', { name: 'Ada' })
    await writer.call('send_message', { agent: 'Ada', message: 'Hello!' })

    const flags = ['--read-only', '--agent', 'Ada', '--toolsets', 'core,admin']
    const reading = await startServe(withoutKey(home), flags)
    await expect.poll(reading.errors, PATIENT).toMatch(/Stop with/)
    expect(reading.errors()).toMatch(/only read/)
    expect(reading.errors()).toContain(`Agent: Ada (${data.agent.id})`)
    const reader = await connect('v2-auto', { kind: 'http', url: reading.url })
    expect((await reader.tools()).map(({ name }) => name)).toContain('list_runs')
    expect((await reader.call('read_memory')).data.agent_id).toBe(data.agent.id)
    await expect(reader.call('send_message', { message: 'Hi' })).rejects.toMatchObject({
      code: -32602,
    })

    const examined = await runCommand(['doctor', ...flags], withoutKey(home))
    expect(examined).toMatchObject({ code: 0, stderr: '' })
    expect(examined.stdout).toMatch(/Mode +read-only[\s\S]*Data +ok[\s\S]*Agent +ok: Ada/)
    expect(examined.stdout).not.toMatch(/^Model/m)
    const wrong = await runCommand(['doctor', '--read-only', '--agent', 'Bob'], withoutKey(home))
    expect(wrong.code).toBe(1)
    expect(wrong.stdout).toMatch(/Agent +FAILED.*"Bob"/)
    const counted = await runCommand(['stats'], withoutKey(home))
    expect(counted).toMatchObject({ code: 0, stderr: '' })
    expect(counted.stdout).toMatch(
      /Agents +1\nBlocks +2\n.*\n.*\nRuns +1 completed\nFound +0 passages/,
    )

    await Promise.all([reader.close(), writer.close()])
    expect(await Promise.all([reading.stop(), writing.stop()])).toEqual([0, 0])
  })

  it('pinned to an unknown agent, does not start', async () => {
    const args = ['serve', '--port', '0', '--agent', 'Nobody']
    const finished = await runCommand(args, withoutKey(newHome()))
    expect(finished).toMatchObject({ code: 1, stdout: '' })
    expectOneLine(finished)
    expect(finished.stderr).toMatch(/"Nobody".*RECOLLECT_AGENT/)
  })
})

describe('a port that is in use', () => {
  let other: Server
  let port: number
  beforeAll(async () => {
    other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const address = other.address()
    port = typeof address === 'object' && address !== null ? address.port : 0
  })
  afterAll(() => new Promise((resolve) => other.close(resolve)))

  it('ends serve with a sentence', async () => {
    const finished = await runCommand(['serve', '--port', String(port)], withoutKey(newHome()))
    expect(finished).toMatchObject({ code: 1, stdout: '' })
    expectOneLine(finished)
    expect(finished.stderr).toMatch(new RegExp(`${port}.*--port`))
  })
})

describe('serve', () => {
  it('says in five lines its address, the data, the model with the reason, and how to add it', async () => {
    const home = newHome()
    const serving = await startServe(withoutKey(home))
    await expect.poll(() => serving.errors().split('\n').length, PATIENT).toBeGreaterThanOrEqual(5)
    const lines = serving.errors().split('\n')
    expect(lines).toHaveLength(5)
    expect(serving.errors()).toContain(serving.url)
    expect(serving.errors()).toContain(join(home, 'recollect.db'))
    expect(serving.errors()).toMatch(/offline\/rehearsal \(.+\)/)
    expect(serving.errors()).toContain('claude mcp add')
    const health = await fetch(new URL('/health', serving.url))
    expect(await health.json()).toMatchObject({ status: 'ok', version })
    expect(await serving.stop()).toBe(0)
  })
})
