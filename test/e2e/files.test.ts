import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { PATIENT } from '../agent/patient.ts'
import {
  expectOneLine,
  newHome,
  type RawServer,
  removeHomes,
  runCommand,
  startRaw,
  withoutKey,
} from './support.ts'

/* The data file and its companion files when they are lost, replaced, cut, damaged or restored. */

// Each starts several processes, one after the other.
vi.setConfig({ testTimeout: 120_000 })
afterAll(removeHomes)

const call = async (server: RawServer, name: string, args: object = {}) =>
  (await server.ask('tools/call', { name, arguments: args })).result

async function start(home: string): Promise<RawServer> {
  const server = startRaw(withoutKey(home))
  await server.initialize()
  return server
}

async function stop(server: RawServer): Promise<void> {
  server.process.stdin.end()
  await server.ended()
}

async function kill(server: RawServer): Promise<void> {
  server.process.kill('SIGKILL')
  await server.ended()
}

const namesIn = async (server: RawServer) =>
  (await call(server, 'list_agents')).structuredContent.agents.map(
    ({ name }: { name: string }) => name,
  )

/** Data with the agent Ada, a backup of it, and Ben after that; the server was killed at the end. */
async function crashedAfterBackup() {
  const home = newHome()
  const server = await start(home)
  await call(server, 'create_agent', { name: 'Ada' })
  const backup = join(home, 'backup.db')
  expect((await runCommand(['backup', backup], withoutKey(home))).code).toBe(0)
  await call(server, 'create_agent', { name: 'Ben' })
  await kill(server)
  return { home, backup, file: join(home, 'recollect.db') }
}

describe('restore', () => {
  it('puts a backup in place after a crash, and keeps what was there with its -wal', async () => {
    const { home, backup, file } = await crashedAfterBackup()
    const restored = await runCommand(['restore', backup], withoutKey(home))
    expect(restored).toMatchObject({ code: 0, stdout: '' })
    const kept = readdirSync(home).find((name) => name.endsWith('.replaced')) ?? ''
    expect(restored.stderr).toContain(kept)
    const server = await start(home)
    expect(await namesIn(server)).toEqual(['Ada'])
    await stop(server)
    expect(server.errors()).toBe('')
    const old = newHome()
    for (const suffix of ['', '-wal']) {
      const name = join(home, `${kept}${suffix}`)
      if (existsSync(name)) copyFileSync(name, join(old, `recollect.db${suffix}`))
    }
    const before = await start(old)
    expect((await namesIn(before)).sort()).toEqual(['Ada', 'Ben'])
    await stop(before)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const doctor = await runCommand(['doctor'], withoutKey(home))
    expect(doctor.stdout).toContain(kept)
    expect((await runCommand(['purge'], withoutKey(home))).code).toBe(1)
    expect((await runCommand(['purge', '--yes'], withoutKey(home))).code).toBe(0)
    expect(readdirSync(home).sort()).toEqual(['backup.db', 'recollect.db'])
  })

  it('refuses while a server has the data open, and changes nothing', async () => {
    const home = newHome()
    const server = await start(home)
    await call(server, 'create_agent', { name: 'Ada' })
    const backup = join(home, 'backup.db')
    await runCommand(['backup', backup], withoutKey(home))
    await call(server, 'create_agent', { name: 'Ben' })
    const refused = await runCommand(['restore', backup], withoutKey(home))
    expect(refused.code).toBe(1)
    expectOneLine(refused)
    expect(refused.stderr).toMatch(/has the data open/)
    expect((await namesIn(server)).sort()).toEqual(['Ada', 'Ben'])
    await stop(server)
    expect(readdirSync(home).sort()).toEqual(['backup.db', 'recollect.db'])
  })

  it('refuses a file that is no backup, is damaged, or is the data itself', async () => {
    const { home, backup, file } = await crashedAfterBackup()
    const letter = join(home, 'letter')
    writeFileSync(letter, 'Dear mother, '.repeat(1_000))
    const bent = join(home, 'bent.db')
    const bytes = readFileSync(backup)
    bytes.fill(0x5a, bytes.length / 2)
    writeFileSync(bent, bytes)
    const cut = join(home, 'cut.db')
    copyFileSync(backup, cut)
    truncateSync(cut, 8_192)
    const mistaken = await runCommand(['restore', letter], withoutKey(home))
    expect(mistaken.stderr).toMatch(
      /letter is not a SQLite database.* Name a file that recollect backup wrote\.$/m,
    )
    for (const bad of [letter, bent, cut, file, home, join(home, 'nothing')]) {
      const refused = await runCommand(['restore', bad], withoutKey(home))
      expect(refused.code, bad).toBe(1)
      expectOneLine(refused)
    }
    const server = await start(home)
    expect((await namesIn(server)).sort()).toEqual(['Ada', 'Ben'])
    await stop(server)
  })

  it('of PostgreSQL is refused, naming the command of its own tool', async () => {
    const settings = { RECOLLECT_DATABASE_URL: 'postgres://me@127.0.0.1:1/data' }
    const refused = await runCommand(['restore', 'x'], settings)
    expect(refused.code).toBe(1)
    expectOneLine(refused)
    expect(refused.stderr).toContain('pg_restore')
  })
})

describe('files that were changed by hand after a crash', () => {
  const HANDS: readonly (readonly [
    string,
    (files: { home: string; backup: string; file: string }) => void,
    readonly string[],
    RegExp,
  ])[] = [
    [
      'a backup over the file',
      ({ backup, file }) => copyFileSync(backup, file),
      ['Ada'],
      /belongs to another file/,
    ],
    [
      'a backup renamed onto the file',
      ({ backup, file }) => renameSync(backup, file),
      ['Ada'],
      /belongs to another file/,
    ],
    [
      'a backup in place, and -wal and -shm removed',
      ({ backup, file }) => {
        copyFileSync(backup, file)
        rmSync(`${file}-wal`)
        rmSync(`${file}-shm`)
      },
      ['Ada'],
      /^$/,
    ],
    ['nothing', () => {}, ['Ada', 'Ben'], /^$/],
    ['the -shm removed', ({ file }) => rmSync(`${file}-shm`), ['Ada', 'Ben'], /^$/],
    ['the -lock removed', ({ file }) => rmSync(`${file}-lock`), ['Ada', 'Ben'], /^$/],
    ['the file removed', ({ file }) => rmSync(file), [], /was missing or empty/],
    ['the file emptied', ({ file }) => truncateSync(file, 0), [], /was missing or empty/],
  ]

  it.each(HANDS)('%s', async (_, change, names, said) => {
    const files = await crashedAfterBackup()
    change(files)
    const server = await start(files.home)
    expect((await namesIn(server)).sort()).toEqual(names)
    expect((await call(server, 'create_agent', { name: 'New' })).isError).not.toBe(true)
    await stop(server)
    expect(server.errors()).toMatch(said)
    const doctor = await runCommand(['doctor'], withoutKey(files.home))
    expect(doctor.code, doctor.stdout).toBe(0)
  })

  it('a -wal without a commit beside a backup keeps no other process out', async () => {
    const { home, backup, file } = await crashedAfterBackup()
    copyFileSync(backup, file)
    rmSync(`${file}-shm`)
    // Its header alone, as of a server that was killed before its first commit.
    truncateSync(`${file}-wal`, 32)
    const server = await start(home)
    expect(await namesIn(server)).toEqual(['Ada'])
    const second = await runCommand(['backup', join(home, 'second.db')], withoutKey(home))
    expect(second.code, second.stderr).toBe(0)
    await stop(server)
    expect(server.errors()).toBe('')
  })

  it.each([
    ['removed', (wal: string) => rmSync(wal)],
    ['emptied', (wal: string) => truncateSync(wal, 0)],
    ['cut', (wal: string) => truncateSync(wal, statSync(wal).size - 5_000)],
    [
      'overwritten',
      (wal: string) => {
        const bytes = readFileSync(wal)
        writeFileSync(wal, bytes.fill(0x5a, 0, 100))
      },
    ],
  ])('a -wal that was %s is reported', async (_, change) => {
    const { home, file } = await crashedAfterBackup()
    change(`${file}-wal`)
    const server = await start(home)
    await call(server, 'list_agents')
    await stop(server)
    expect(server.errors()).toMatch(/newest writes are missing/)
    expect((await runCommand(['doctor'], withoutKey(home))).code).toBe(0)
  })
})

describe('the file of a server that runs', () => {
  const CHANGES: readonly (readonly [string, (file: string, home: string) => void])[] = [
    ['removed with its directory', (_, home) => rmSync(home, { recursive: true })],
    ['removed', (file) => rmSync(file)],
    ['moved away', (file) => renameSync(file, `${file}.mine`)],
    [
      'replaced by another',
      (file) => {
        renameSync(file, `${file}.mine`)
        writeFileSync(file, '')
      },
    ],
    ['overwritten in place', (file) => copyFileSync(`${file}.backup`, file)],
    ['without its -wal', (file) => rmSync(`${file}-wal`)],
    ['without its -shm', (file) => rmSync(`${file}-shm`)],
    [
      'a directory now',
      (file) => {
        rmSync(file)
        mkdirSync(file)
      },
    ],
  ]

  it.each(CHANGES)('%s: writes are refused, and the log says so', async (_, change) => {
    const home = newHome()
    const file = join(home, 'recollect.db')
    const server = await start(home)
    await call(server, 'create_agent', { name: 'Ada' })
    await runCommand(['backup', `${file}.backup`], withoutKey(home))
    change(file, home)
    await expect.poll(() => server.errors(), PATIENT).toMatch(/was removed or replaced/)
    const refused = await call(server, 'create_agent', { name: 'Ben' })
    expect(refused.isError).toBe(true)
    expect(refused.structuredContent.error.code).toBe('unsupported')
    expect(refused.content[0].text).toMatch(/removed or replaced/)
    await stop(server)
  })
})
