import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PATIENT } from '../agent/patient.ts'
import { BINARY, connect, startServe } from '../support/connect.ts'
import { callTool, fail, say, startScriptedProvider } from '../support/scripted-provider.ts'
import { openTerminal } from '../support/terminal.ts'
import {
  expectOneLine,
  newHome,
  removeHomes,
  runCommand,
  withModel,
  withoutKey,
} from './support.ts'

/* The program as a person meets it: what it says when it starts, and when it can not. */

afterAll(removeHomes)

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

describe('recollect', () => {
  it.each(['--version', '-v', 'version'])('%s prints its version', async (flag) => {
    expect(await runCommand([flag], {})).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it.each([
    [['--help'], /serve[\s\S]*doctor[\s\S]*backup/],
    [['-h'], /serve/],
    [['help'], /serve/],
    [['help', 'token', 'create'], /--scopes/],
    [['chat', '--help'], /Ctrl\+D/],
    [['memory', '--help'], /\$EDITOR/],
    [['agents', '--help'], /show/],
    [['completion', '--help'], /source <\(recollect completion bash\)/],
    [['serve', '--help'], /--port[\s\S]*RECOLLECT_TOKEN/],
    [['stdio', '--help'], /stdin/],
    [['doctor', '--help'], /[Ee]xit 1/],
    [['backup', '--help'], /<file>/],
    [['stats', '--help'], /[Cc]ounts/],
    [['export', '--help'], /<agent> \[file\]/],
    [['import', '--help'], /<file>/],
    [['migrate', '--help'], /--from <url> --to <url>[\s\S]*[Ee]xit 1/],
    [['token', '--help'], /create[\s\S]*list[\s\S]*revoke/],
  ])('%j prints help, and touches no data', async (args, text) => {
    const home = newHome()
    const finished = await runCommand(args, { RECOLLECT_HOME: home, RECOLLECT_LOG: 'nonsense' })
    expect(finished).toMatchObject({ code: 0, stderr: '' })
    expect(finished.stdout).toMatch(text)
    const longest = Math.max(...finished.stdout.split('\n').map((line) => line.length))
    expect(longest, finished.stdout).toBeLessThanOrEqual(100)
    expect(existsSync(join(home, 'recollect.db'))).toBe(false)
  })

  it('wraps the help of every command, and of the commands in it, within 100 columns', async () => {
    const pages = [[]] as string[][]
    for (const path of pages) {
      const { stdout } = await runCommand(['help', ...path], {})
      const tooLong = stdout.split('\n').filter((line) => line.length > 100)
      expect(tooLong, path.join(' ')).toEqual([])
      const [, listed = ''] = /\n(?:Serve|Commands):\n([\s\S]*)$/.exec(stdout) ?? []
      const names = [...listed.matchAll(/^ {2}([a-z]+)\b/gm)].flatMap(([, name]) => name ?? [])
      pages.push(...names.map((name) => [...path, name]))
    }
    expect(pages.map((path) => path.join(' '))).toEqual(
      expect.arrayContaining(['serve', 'token create', 'agents show', 'chat', 'version']),
    )
  })

  it.skipIf(!existsSync('/usr/bin/script'))(
    'in a terminal without a subcommand prints the help and ends',
    async () => {
      const command = `"${process.execPath}" "${BINARY}"`
      const child = spawn('/usr/bin/script', ['-qec', command, '/dev/null'], {
        env: { PATH: process.env.PATH ?? '', RECOLLECT_HOME: newHome() },
        stdio: ['pipe', 'pipe', 'ignore'],
        timeout: 10_000,
      })
      let shown = ''
      child.stdout.on('data', (piece) => {
        shown += piece
      })
      const [code] = await once(child, 'close')
      expect({ code, shown }).toMatchObject({ code: 0, shown: expect.stringContaining('doctor') })
    },
  )
})

describe('a bad setting', () => {
  const SETTINGS: readonly (readonly [name: string, value: string, allowed: RegExp])[] = [
    ['RECOLLECT_MODEL', 'gpt-4', /"gpt-4".*provider\/model/],
    ['RECOLLECT_MODEL', 'nobody/knows', /"nobody\/knows".*openai/],
    ['RECOLLECT_LOG', 'loud', /"loud".*error, warn, info, debug/],
    ['RECOLLECT_MAX_RUN_TOKENS', '0', /"0".*from 1/],
    ['RECOLLECT_MAX_RUN_TOKENS', 'many', /"many".*number/],
    ['RECOLLECT_MAX_RUN_SECONDS', '-5', /"-5".*number/],
    ['RECOLLECT_LEASE_SECONDS', '1.5', /"1.5".*1 to 3600/],
    [
      'RECOLLECT_TOOLSETS',
      'core,everything',
      /"everything".*core, memory, tools, agents, admin, transfer/,
    ],
    ['RECOLLECT_TOKEN', 'short', /allowed are 8 to 512/],
    ['RECOLLECT_TOKEN', 'with spaces in it', /without spaces/],
    ['RECOLLECT_DATABASE_URL', 'mysql://root:hunter2@db', /file:<path>/],
    ['RECOLLECT_DATABASE_URL', 'postgres://root:hunter2%@db/x', /postgres:\/\/<user>/],
    ['RECOLLECT_DATABASE_POOL', '0', /1 to 1000/],
    ['RECOLLECT_EMBEDDING', 'openai', /"openai" names no embedding model.*openai\/text-embedding/],
    ['RECOLLECT_EMBEDDING', 'nobody/knows', /"nobody\/knows".*provider\/model.*local\/hash/],
    ['RECOLLECT_EMBEDDING', 'openai/text-embedding-ada-002@7', /can't be shortened/],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it comes from a client
    ['RECOLLECT_HOME', '${CLAUDE_PROJECT_DIR}/memory', /not filled in/],
    ['RECOLLECT_NAMESPACE', 'a team', /"a team".*1 to 64/],
    ['RECOLLECT_READ_ONLY', 'yes', /"yes".*1 .*0/],
    ['OPENAI_BASE_URL', 'localhost:1234', /http/],
    ['OPENAI_BASE_URL', 'ftp://models', /http/],
    ['OPENAI_BASE_URL', 'http://me:hunter2@models/v1', /http/],
  ]

  it.each(SETTINGS)('%s=%s is one line that names it, and exit 2', async (name, value, allowed) => {
    const home = newHome()
    const finished = await runCommand(['stdio'], { RECOLLECT_HOME: home, [name]: value })
    expect(finished).toMatchObject({ code: 2, stdout: '' })
    expectOneLine(finished)
    expect(finished.stderr).toContain(name)
    expect(finished.stderr).toMatch(allowed)
    expect(finished.stderr).not.toMatch(/hunter2|with spaces in it|short,/)
    expect(existsSync(join(home, 'recollect.db'))).toBe(false)
  })

  it.each([
    [['dance'], /"dance".*stdio, serve, open, doctor, stats, backup/],
    [['docter'], /Did you mean doctor\?/],
    [['serve', 'extra'], /"extra".*recollect serve/],
    [['token', 'lst'], /"lst".*Did you mean list\?/],
    [['token'], /token create.*token list.*token revoke/],
    [['agents', 'lst'], /"lst".*Did you mean list\?/],
    [['doctor', '--port', '9'], /--port.*recollect serve/],
    [['backup', '--from', 'x', 'y'], /--from.*recollect migrate/],
    [['stats', '--jsn'], /--jsn.*Did you mean --json\?/],
    [['serve', '--port'], /--port <number>/],
    [['memory'], /memory <agent>/],
    [['help', 'dance'], /"dance"/],
    [['serve', '--prot', '1'], /--prot/],
    [['serve', '--port', 'http'], /--port.*"http".*65535/],
    [['serve', '--port', '70000'], /--port.*"70000"/],
    [['serve', '--model', 'gpt-4'], /"gpt-4".*provider\/model/],
    [['backup'], /backup <file>/],
    [['backup', 'a', 'b'], /backup <file>/],
    [['export'], /export <agent> \[file\]/],
    [['export', 'Ada', 'a', 'b'], /export <agent> \[file\]/],
    [['import'], /import <file>/],
    [['import', 'a', '--agent', 'Ada'], /RECOLLECT_AGENT/],
  ])('on the command line, as in %j, is one line, and exit 2', async (args, text) => {
    const finished = await runCommand(args, { RECOLLECT_HOME: newHome() })
    expect(finished).toMatchObject({ code: 2, stdout: '' })
    expectOneLine(finished)
    expect(finished.stderr).toMatch(text)
  })

  it.each(['0.0.0.0', '::', '192.168.1.1', 'example.com'])(
    'of a host like %s without a token is refused',
    async (host) => {
      const args = ['serve', '--port', '0', '--host', host]
      const finished = await runCommand(args, { RECOLLECT_HOME: newHome() })
      expect(finished).toMatchObject({ code: 2, stdout: '' })
      expectOneLine(finished)
      expect(finished.stderr).toMatch(/--host.*RECOLLECT_TOKEN/)
    },
  )
})

describe('flags', () => {
  it('may stand before the command', async () => {
    const home = newHome()
    const finished = await runCommand(['--home', home, 'doctor', '--json'], withoutKey(newHome()))
    expect(finished.code).toBe(0)
    expect(JSON.parse(finished.stdout)).toMatchObject({
      works: true,
      data: { location: join(home, 'recollect.db') },
    })
  })
})

describe('doctor', () => {
  it('makes its test call with a tool and names the address that answered', async () => {
    const provider = await startScriptedProvider()
    const environment = withModel(newHome(), provider)
    provider.enqueue(callTool('send_message', { message: 'ready' }), say('ready'), fail(401))
    const good = await runCommand(['doctor', '--json'], environment)
    expect(good).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(good.stdout)).toMatchObject({
      works: true,
      model: {
        handle: 'openai/scripted',
        address: provider.baseUrl,
        api: 'chat',
        calls_tools: true,
      },
    })
    expect(provider.requests[0]?.body).toMatchObject({
      tools: [{ function: { name: 'send_message' } }],
    })
    const talkative = await runCommand(['doctor'], environment)
    expect(talkative.code).toBe(0)
    expect(talkative.stdout).toContain(`ok: openai/scripted at ${provider.baseUrl}`)
    expect(talkative.stdout).toMatch(/did not call the tool.*choose a model that calls them/)
    const refused = await runCommand(['doctor'], environment)
    expect(refused.code).toBe(1)
    expect(refused.stdout).toContain(`FAILED: openai/scripted at ${provider.baseUrl}`)
    await provider.close()
  })
})

describe('RECOLLECT_MAX_TOKENS_PER_DAY', () => {
  it('with a wrong number is refused in one line that names it, exit 2', async () => {
    const environment = { ...withoutKey(newHome()), RECOLLECT_MAX_TOKENS_PER_DAY: '0' }
    const finished = await runCommand(['stats'], environment)
    expect(finished).toMatchObject({ code: 2, stdout: '' })
    expect(finished.stderr).toMatch(/^recollect: RECOLLECT_MAX_TOKENS_PER_DAY: found "0", .*\n$/)
  })
})

describe('recollect tidy', () => {
  it('says what is missing where no model is configured', async () => {
    const environment = withoutKey(newHome())
    const chat = await runCommand(['chat', 'Ada', '--create'], environment, 'Hello\n')
    expect(chat.code).toBe(0)
    const finished = await runCommand(['tidy', 'Ada'], environment)
    expect(finished).toMatchObject({ code: 1, stdout: '' })
    expect(finished.stderr).toContain('RECOLLECT_MODEL')
  })
})

describe('RECOLLECT_FETCH', () => {
  it('with a wrong host is refused in one line that names it, exit 2', async () => {
    const environment = { ...withoutKey(newHome()), RECOLLECT_FETCH: 'example.com,http://x' }
    const finished = await runCommand(['stats'], environment)
    expect(finished).toMatchObject({ code: 2, stdout: '' })
    expect(finished.stderr).toMatch(/^recollect: RECOLLECT_FETCH: found "http:\/\/x", .*\n$/)
  })

  it.each(['none', '', 'public', 'example.com,*.example.org'])(
    'RECOLLECT_FETCH=%j is accepted',
    async (value) => {
      const environment = { ...withoutKey(newHome()), RECOLLECT_FETCH: value }
      expect(await runCommand(['doctor'], environment)).toMatchObject({ code: 0, stderr: '' })
    },
  )
})

describe('salvage', () => {
  it('ends with a command that can be pasted, also with a space in the name', async () => {
    const home = newHome()
    await runCommand(['chat', 'Ada', '--create'], withoutKey(home))
    const target = join(home, 'neu und heil.db')
    const finished = await runCommand(
      ['salvage', join(home, 'recollect.db'), target],
      withoutKey(home),
    )
    expect(finished.code).toBe(0)
    expect(finished.stdout).toMatch(/^agent +1 row copied$/m)
    expect(finished.stderr).toContain(`run recollect restore "${target}".`)
  })
})

describe('a wrong word', () => {
  it.each([
    [
      ['completion', 'fishy'],
      'completion: found "fishy", allowed as <shell> is bash, zsh, fish. Did you mean fish? See recollect completion --help.',
    ],
    [
      ['agents', 'shwo', 'Ada'],
      '"shwo" is a word too many. Did you mean show? See recollect agents list --help.',
    ],
    [['token', 'create'], '--name is missing: recollect token create --name <name>.'],
  ])('in %j gets a suggestion', async (args, text) => {
    const finished = await runCommand(args, withoutKey(newHome()))
    expect(finished).toEqual(expect.objectContaining({ code: 2, stderr: `recollect: ${text}\n` }))
  })

  // Exit 2 would block a coding assistant.
  it('in a hook has exit code 1', async () => {
    const finished = await runCommand(['hook', 'stpo'], withoutKey(newHome()))
    expect(finished.code).toBe(1)
    expect(finished.stderr).toContain(
      'hook: found "stpo", allowed as <event> is session-start, stop, pre-compact. Did you mean stop?',
    )
  })
})

describe('a variable that is no setting', () => {
  const environment = () => ({ ...withoutKey(newHome()), RECOLLECT_TOKN: 'x', RECOLLECT_PORT: '1' })

  it('is warned about with the nearest name, and changes nothing', async () => {
    const finished = await runCommand(['doctor'], environment())
    expect(finished.code).toBe(0)
    expect(finished.stderr).toBe(
      'recollect: RECOLLECT_TOKN is no setting and changes nothing; did you mean RECOLLECT_TOKEN?\n',
    )
  })

  it('is a line of the log for a client', async () => {
    const { stderr, stdout } = await runCommand([], environment())
    expect(JSON.parse(stderr)).toMatchObject({
      level: 'warn',
      message: expect.stringContaining('RECOLLECT_TOKEN'),
    })
    expect(stdout).toBe('')
  })
})

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
