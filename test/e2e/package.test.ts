import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { publint } from 'publint'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findDriver } from '../../src/storage/sqlite/native.ts'
import { newHome, removeHomes } from './support.ts'

/* The package as npm publishes it, unpacked as npm would. `.ci/run` installs it with npm besides. */

const isNode20 = process.versions.node.startsWith('20.')
let folder: string
/** Where npm puts it; no package is beside it yet. */
let unpacked: string

beforeAll(() => {
  folder = join(newHome(), 'Büro und Heim')
  unpacked = join(folder, 'node_modules/recollect')
  mkdirSync(unpacked, { recursive: true })
  // The test run builds it.
  run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder])
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  run('tar', ['-xzf', join(folder, tarball), '-C', unpacked, '--strip-components=1'])
})
afterAll(removeHomes)

function run(command: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  expect(status, stderr).toBe(0)
}

function recollect(...args: readonly string[]) {
  const env = { PATH: process.env.PATH, HOME: folder, OLLAMA_HOST: '127.0.0.1:1' }
  const command = [join(unpacked, 'dist/recollect.cjs'), ...args]
  return spawnSync(process.execPath, command, { env, encoding: 'utf8' })
}

it('holds the program and its texts, and nothing of the machine that built it', () => {
  const files = readdirSync(unpacked, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name).slice(unpacked.length + 1)] : [],
  )
  const known =
    /^(package\.json|README\.md|LICENSE|(plugin|\.claude-plugin|snippets)\/.+|dist\/(LICENSES\.txt|recollect\.cjs|recollect-[\w-]+\.cjs|page\.html|sandbox\/.+|better-sqlite3\/.+))$/
  expect(files.filter((file) => !known.test(file))).toEqual([])
  for (const file of [
    '.claude-plugin/marketplace.json',
    'plugin/.claude-plugin/plugin.json',
    'plugin/.mcp.json',
    'plugin/hooks/hooks.json',
    'plugin/run.mjs',
    'snippets/AGENTS.md',
  ]) {
    expect(files).toContain(file)
  }
  const programs = files.filter((file) => /^dist\/recollect(-\w{16})?\.cjs$/.test(file))
  expect(programs).toHaveLength(2)
  const licenses = readFileSync(join(unpacked, 'dist/LICENSES.txt'), 'utf8')
  for (const name of ['better-sqlite3', 'kysely', 'zod']) expect(licenses).toContain(`${name} `)
  for (const file of files) {
    const text = readFileSync(join(unpacked, file), 'utf8')
    expect(text.includes(process.cwd()), file).toBe(false)
    expect(text.includes(join(homedir(), '/')), file).toBe(false)
  }
})

// In a package that depends on us, npm would compile better-sqlite3 from its lock file.
it('needs no other package, and has no install script', () => {
  const manifest = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'))
  for (const name of ['dependencies', 'private']) expect(manifest).not.toHaveProperty(name)
  const { peerDependencies, peerDependenciesMeta } = manifest
  for (const name of Object.keys(peerDependencies)) {
    expect(peerDependenciesMeta[name], name).toEqual({ optional: true })
  }
  for (const name of ['preinstall', 'install', 'postinstall']) {
    expect(manifest.scripts).not.toHaveProperty(name)
  }
})

it('passes publint without a warning', async () => {
  const { messages } = await publint({ pkgDir: unpacked, pack: false, strict: true })
  expect(messages).toEqual([])
})

it.skipIf(isNode20)('starts with nothing beside it', () => {
  const { status, stdout, stderr } = recollect('doctor')
  expect(stdout + stderr).toMatch(/^Data +ok: /m)
  expect(status).toBe(0)
})

it('says in one sentence which module is missing', () => {
  renameSync(join(unpacked, 'dist/better-sqlite3'), join(folder, 'elsewhere'))
  const { status, stdout, stderr } = recollect('doctor')
  expect(status).toBe(1)
  expect(stderr).toBe('')
  expect(stdout).toMatch(
    /^Data +FAILED: SQLite can't be loaded: .*better-sqlite3 1[23].*npm install better-sqlite3@1[23][^.]*\.$/m,
  )
  const other = recollect('token', 'create', '--name', 'laptop')
  expect(other.stderr).toMatch(/^recollect: SQLite can't be loaded: [^\n]*\n$/)
})

it('uses the native module installed beside it', () => {
  // It is the file lib/index.js.
  symlinkSync(dirname(dirname(findDriver())), join(folder, 'node_modules/better-sqlite3'))
  const { status, stdout, stderr } = recollect('doctor')
  expect(stdout + stderr).toMatch(/^Data +ok: /m)
  expect(status).toBe(0)
})
