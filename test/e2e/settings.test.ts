import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { expectOneLine, newHome, removeHomes, runCommand, withoutKey } from './support.ts'

/* Settings that the program refuses or warns of. */

afterAll(removeHomes)

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
    ['RECOLLECT_EMBEDDING', 'nobody/knows', /"nobody\/knows".*provider\/model.*local\/<model>/],
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
    [['import'], /import <files\.\.\.>/],
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

describe('RECOLLECT_MAX_TOKENS_PER_DAY', () => {
  it('with a wrong number is refused in one line that names it, exit 2', async () => {
    const environment = { ...withoutKey(newHome()), RECOLLECT_MAX_TOKENS_PER_DAY: '0' }
    const finished = await runCommand(['stats'], environment)
    expect(finished).toMatchObject({ code: 2, stdout: '' })
    expect(finished.stderr).toMatch(/^recollect: RECOLLECT_MAX_TOKENS_PER_DAY: found "0", .*\n$/)
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
