import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { BINARY } from '../support/connect.ts'
import { callTool, fail, say, startScriptedProvider } from '../support/scripted-provider.ts'
import { newHome, removeHomes, runCommand, withModel, withoutKey } from './support.ts'

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
    [['import', '--help'], /<files\.\.\.>/],
    [['migrate', '--help'], /--from <url> --to <url>[\s\S]*[Ee]xit 1/],
    [['models', '--help'], /list[\s\S]*fetch/],
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
