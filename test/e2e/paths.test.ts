import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { BINARY } from '../support/connect.ts'
import { expectOneLine, newHome, removeHomes } from './support.ts'

/* Where the data is said to be, and where it can't be. */

afterAll(removeHomes)

const PATIENCE_MILLISECONDS = 20_000

/** As a client starts it: in a directory of the client's, with nothing set but what is given. */
function run(command: readonly string[], env: Readonly<Record<string, string>>, cwd = newHome()) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BINARY, ...command], {
    env: { PATH: process.env.PATH ?? '', OLLAMA_HOST: '127.0.0.1:1', ...env },
    cwd,
    encoding: 'utf8',
    timeout: PATIENCE_MILLISECONDS,
  })
  return { code: status, stdout, stderr, cwd }
}

const UNFILLED = [
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: as they come from clients
  ['${HOME}/memory', '${HOME}'],
  ['${HOME}', '${HOME}'],
  ['${env:HOME}/memory', '${env:HOME}'],
  ['/data/${workspaceFolder}', '${workspaceFolder}'],
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: as they come from clients
  ['$HOME/memory', '$HOME'],
  ['$env:APPDATA\\memory', '$env:APPDATA'],
  ['$(pwd)/memory', '$(pwd)'],
  ['%APPDATA%/memory', '%APPDATA%'],
  ['%ProgramFiles(x86)%\\memory', '%ProgramFiles(x86)%'],
  ['{{home}}/memory', '{{home}}'],
  ['{home}/memory', '{home}'],
  ['<path>', '<path>'],
  ['/home/<you>/memory', '<you>'],
  ['/path/to/memory', '/path/to'],
  ['~ada/memory', '~ada'],
] as const

describe('a path left as a placeholder', () => {
  it.each(UNFILLED)('%s is refused by name, in every setting that takes it', (path, name) => {
    for (const settings of [
      { RECOLLECT_HOME: path },
      { RECOLLECT_DATABASE_URL: `file:${path}` },
      { RECOLLECT_HOME: `${path}\r` },
    ]) {
      const finished = run(['stats'], { HOME: newHome(), ...settings })
      expect(finished).toMatchObject({ code: 2, stdout: '' })
      expectOneLine(finished)
      expect(finished.stderr).toContain(`${name} was not filled in`)
      expect(finished.stderr).toContain(Object.keys(settings)[0])
      expect(readdirSync(finished.cwd)).toEqual([])
    }
  })

  it('is refused in a flag, too, and in the address of a server', () => {
    const flag = run(['doctor', '--home', '$HOME/memory'], { HOME: newHome() })
    expect(flag).toMatchObject({ code: 2 })
    expect(flag.stderr).toContain('$HOME was not filled in')
    const migrate = run(['migrate', '--from', 'file:<path>', '--to', 'file:/tmp/x.db'], {})
    expect(migrate).toMatchObject({ code: 2 })
    expect(migrate.stderr).toContain('<path> was not filled in')
    const server = run(['doctor'], { RECOLLECT_DATABASE_URL: 'postgres://me:<password>@host/db' })
    expect(server).toMatchObject({ code: 2 })
    expect(server.stderr).toContain('<password> was not filled in')
  })

  it('counts as unset where a bundle left the field of its form empty', () => {
    const home = newHome()
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it comes from Claude Desktop
    const settings = { RECOLLECT_HOME: '${user_config.data_directory}', HOME: home }
    expect(run(['doctor'], settings)).toMatchObject({ code: 0, stderr: '' })
    expect(existsSync(join(home, '.local/share/recollect/recollect.db'))).toBe(true)
  })
})

describe('the home directory', () => {
  it.each([
    [{ RECOLLECT_HOME: '~/memory' }, 'memory/recollect.db'],
    [{ RECOLLECT_HOME: '~/memory\r' }, 'memory/recollect.db'],
    [{ RECOLLECT_HOME: '~' }, 'recollect.db'],
    [{ RECOLLECT_DATABASE_URL: 'file:~/memory/r.db' }, 'memory/r.db'],
    [{ RECOLLECT_DATABASE_URL: 'file://~/memory/r.db' }, 'memory/r.db'],
  ])('is what ~ means in %j', (settings, file) => {
    const home = newHome()
    const finished = run(['doctor'], { HOME: home, ...settings })
    expect(finished).toMatchObject({ code: 0, stderr: '' })
    expect(existsSync(join(home, file))).toBe(true)
    expect(readdirSync(finished.cwd)).toEqual([])
  })

  it('that is empty or not a path is a one-line error, and is not needed when the data path is set', () => {
    for (const home of ['', 'somewhere']) {
      const finished = run(['doctor'], { HOME: home })
      expect(finished).toMatchObject({ code: 2, stdout: '' })
      expectOneLine(finished)
      expect(finished.stderr).toContain('Set RECOLLECT_HOME')
      expect(readdirSync(finished.cwd)).toEqual([])
      for (const settings of [
        { RECOLLECT_HOME: newHome() },
        { XDG_DATA_HOME: newHome() },
        { RECOLLECT_DATABASE_URL: `file:${join(newHome(), 'r.db')}` },
      ]) {
        expect(run(['doctor'], { HOME: home, ...settings })).toMatchObject({ code: 0, stderr: '' })
      }
    }
  })
})

describe('a location that cannot hold data', () => {
  const PLACES: readonly (readonly [string, (home: string) => Record<string, string>])[] = [
    ['below /proc', () => ({ RECOLLECT_HOME: '/proc/recollect' })],
    ['deep below /proc', () => ({ RECOLLECT_HOME: '/proc/recollect/data' })],
    ['a device', () => ({ RECOLLECT_HOME: '/dev/null' })],
    ['a file', (home) => ({ RECOLLECT_HOME: join(file(home), 'data') })],
    [
      'a directory in place of the file',
      (home) => {
        mkdirSync(join(home, 'recollect.db'))
        return { RECOLLECT_HOME: home }
      },
    ],
    [
      'a directory in place of the -wal',
      (home) => {
        mkdirSync(join(home, 'recollect.db-wal'))
        return { RECOLLECT_HOME: home }
      },
    ],
    [
      'a link that leads to itself',
      (home) => {
        symlinkSync('recollect.db', join(home, 'recollect.db'))
        return { RECOLLECT_HOME: home }
      },
    ],
  ]

  it.runIf(process.platform === 'linux').each(PLACES)('%s is told at once', (_, settingsOf) => {
    const settings = settingsOf(newHome())
    const start = performance.now()
    const doctor = run(['doctor'], settings)
    expect(doctor).toMatchObject({ code: 1, stderr: '' })
    expect(doctor.stdout).toMatch(/Data +FAILED: .*RECOLLECT_HOME|Data +FAILED: .*data directory/)
    const serve = run(['serve', '--port', '0'], settings)
    expect(serve).toMatchObject({ code: 1, stdout: '' })
    expectOneLine(serve)
    // Far below the time for which a lock of another process is waited for, twice.
    expect(performance.now() - start).toBeLessThan(2 * PATIENCE_MILLISECONDS)
  })

  it('a link to a file elsewhere is followed', () => {
    const [home, elsewhere] = [newHome(), newHome()]
    symlinkSync(join(elsewhere, 'mine.db'), join(home, 'recollect.db'))
    expect(run(['doctor'], { RECOLLECT_HOME: home })).toMatchObject({ code: 0, stderr: '' })
    expect(existsSync(join(elsewhere, 'mine.db'))).toBe(true)
    expect(readdirSync(home)).toEqual(['recollect.db'])
  })
})

function file(home: string): string {
  const path = join(home, 'file')
  writeFileSync(path, '')
  chmodSync(path, 0o600)
  return path
}
