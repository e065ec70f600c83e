import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

/*
 * The checks themselves, on a small tree of the house's shape with the house's own configuration: each planted fault is
 * found by the check that is there for it, and nothing is found without one.
 */

const CONFIGURATION = ['.dependency-cruiser.cjs', 'biome.json', 'knip.json', 'tsconfig.json']

/** Enough of a house for a fault to stand out in: a layer each, every file used, every package at home. */
const CLEAN: Readonly<Record<string, string>> = {
  'package.json': `${JSON.stringify(
    {
      name: 'house',
      type: 'module',
      dependencies: { 'better-sqlite3': '*', kysely: '*' },
      devDependencies: { '@types/better-sqlite3': '*', '@types/node': '*' },
    },
    null,
    2,
  )}\n`,
  'src/core/greeting.ts': `export const GREETING = 'hello'\n`,
  'src/storage/store.ts': `export interface Store {
  read(): Promise<string>
}
`,
  'src/storage/sqlite/open.ts': `import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import type { Store } from '../store.ts'

export function openStore(file: string): Store {
  const database = new Database(file)
  const db = new Kysely<object>({ dialect: new SqliteDialect({ database }) })
  return { read: async () => db.constructor.name }
}
`,
  'src/app/data.ts': `import { GREETING } from '../core/greeting.ts'
import { openStore } from '../storage/sqlite/open.ts'
import type { Store } from '../storage/store.ts'

export function createApp(file: string): { readonly greeting: string; readonly store: Store } {
  return { greeting: GREETING, store: openStore(file) }
}
`,
  'src/cli/main.ts': `import { createApp } from '../app/data.ts'

async function main(): Promise<void> {
  const app = createApp(':memory:')
  process.stderr.write(\`\${app.greeting} \${await app.store.read()}\\n\`)
}

void main()
`,
}

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>
}

let tree: string

beforeEach(() => {
  tree = mkdtempSync(join(realpathSync(tmpdir()), 'recollect-house-'))
  for (const file of CONFIGURATION) cpSync(file, join(tree, file))
  symlinkSync(resolve('node_modules'), join(tree, 'node_modules'))
  for (const [file, text] of Object.entries(CLEAN)) plant(file, text)
})

afterEach(() => rmSync(tree, { recursive: true, force: true }))

test('the check runs every one of them', () => {
  const parts = `${scripts.check} && ${scripts['check:static']}`.split(' && ')
  expect(parts).toEqual(
    expect.arrayContaining(
      ['lint', 'types', 'layers', 'dead']
        .map((name) => `npm run --silent ${name}`)
        .concat('npm run --silent check:static', 'npm test'),
    ),
  )
})

describe('a clean tree', () => {
  test('passes the layers', () => expect(run('layers')).toMatchObject({ status: 0 }))
  test('passes biome', () => expect(run('lint')).toMatchObject({ status: 0 }))
  test('passes knip', () => expect(run('dead')).toMatchObject({ status: 0 }))
  test('passes tsc', () => expect(run('types')).toMatchObject({ status: 0 }))
})

describe('the layers refuse', () => {
  test.each([
    [
      'the command line importing storage',
      'src/cli/main.ts',
      '../storage/store.ts',
      'layer src/cli',
    ],
    ['core importing anything', 'src/core/greeting.ts', '../storage/store.ts', 'layer src/core'],
    ['storage importing app', 'src/storage/store.ts', '../app/data.ts', 'layer src/storage'],
    ['kysely outside of storage', 'src/cli/main.ts', 'kysely', 'package kysely'],
    [
      'better-sqlite3 outside of storage/sqlite',
      'src/storage/store.ts',
      'better-sqlite3',
      'package better-sqlite3',
    ],
    [
      'the MCP SDK outside of mcp',
      'src/core/greeting.ts',
      '@modelcontextprotocol/server',
      'package @modelcontextprotocol',
    ],
    ['openai outside of llm', 'src/app/data.ts', 'openai', 'package openai'],
    ['a package without an owner', 'src/app/data.ts', 'fast-check', 'package without an owner'],
    ['a package that is not there', 'src/app/data.ts', 'no-such-package', 'unresolvable'],
  ])('%s', (_what, file, imported, rule) => {
    plant(file, `import '${imported}'\n${CLEAN[file]}`)
    const { status, output } = run('layers')
    expect(output).toContain(`${rule}: ${file} -> `)
    expect(status).toBe(1)
  })

  test('a type crossing the layers', () => {
    plant(
      'src/cli/main.ts',
      `${CLEAN['src/cli/main.ts']}
export type { Store } from '../storage/store.ts'
`,
    )
    expect(run('layers')).toMatchObject({
      status: 1,
      output: expect.stringContaining('layer src/cli: src/cli/main.ts -> src/storage/store.ts'),
    })
  })

  test('a folder that has no place in the table', () => {
    plant(
      'src/attic/box.ts',
      `import { GREETING } from '../core/greeting.ts'\nexport const BOX = GREETING\n`,
    )
    expect(run('layers')).toMatchObject({ status: 1, output: expect.stringContaining('src/attic') })
  })

  test('a cycle', () => {
    plant('src/core/greeting.ts', `export * from './answer.ts'\nexport const GREETING = 'hello'\n`)
    plant('src/core/answer.ts', `export { GREETING as ANSWER } from './greeting.ts'\n`)
    expect(run('layers')).toMatchObject({ status: 1, output: expect.stringContaining('cycle') })
  })

  test('two folders that import each other', () => {
    plant('src/core/colour.ts', `export const COLOUR = 'red'\n`)
    plant('src/core/paint/brush.ts', `export { COLOUR as BRUSH } from '../colour.ts'\n`)
    plant('src/core/greeting.ts', `export { BRUSH as GREETING } from './paint/brush.ts'\n`)
    expect(run('layers')).toMatchObject({
      status: 1,
      output: expect.stringContaining(
        'import each other: src/core -> src/core/paint (greeting.ts -> brush.ts), src/core/paint -> src/core (brush.ts -> colour.ts)',
      ),
    })
  })

  test('folders that import each other through a third', () => {
    plant('src/core/one/first.ts', `export const FIRST = 1\n`)
    plant('src/core/two/second.ts', `export { FIRST as SECOND } from '../one/first.ts'\n`)
    plant('src/core/three/third.ts', `export { SECOND as THIRD } from '../two/second.ts'\n`)
    plant('src/core/one/fourth.ts', `export { THIRD as FOURTH } from '../three/third.ts'\n`)
    plant('src/core/greeting.ts', `export { FOURTH as GREETING } from './one/fourth.ts'\n`)
    expect(run('layers')).toMatchObject({
      status: 1,
      output: expect.stringContaining('src/core/two -> src/core/one (second.ts -> first.ts)'),
    })
  })

  test('to pass when they have looked at no file', () => {
    rmSync(join(tree, 'src'), { recursive: true })
    plant('src/core/greeting.md', 'hello')
    plant('vitest.config.ts', '')
    expect(run('layers')).toMatchObject({
      status: 1,
      output: expect.stringContaining('0 of 0 files'),
    })
  })

  test('to pass when dependency-cruiser has not seen the TypeScript', () => {
    plant(
      '.dependency-cruiser.cjs',
      `module.exports = { options: { exclude: { path: '\\\\.ts$' } } }\n`,
    )
    expect(run('layers')).toMatchObject({
      status: 1,
      output: expect.stringContaining('0 of 5 files'),
    })
  })
})

describe('biome refuses', () => {
  test.each([
    ['a floating promise', 'noFloatingPromises', `async function work() {}\nwork()\n`],
    ['any', 'noExplicitAny', `export const anything: any = 1\n`],
    ['a console call', 'noConsole', `console.log('hello')\n`],
    [
      'the environment outside of config.ts',
      'noProcessEnv',
      `export const path = process.env.PATH\n`,
    ],
    ['a default export', 'noDefaultExport', `export default 1\n`],
    ['a non-null assertion', 'noNonNullAssertion', `export const first = [1][0]!\n`],
  ])('%s', (_what, rule, code) => {
    plant('src/core/planted.ts', code)
    expect(run('lint')).toMatchObject({ status: 1, output: expect.stringContaining(rule) })
  })
})

test('knip refuses an export that nobody uses', () => {
  plant(
    'src/core/greeting.ts',
    `${CLEAN['src/core/greeting.ts']}export const PARTING = 'goodbye'\n`,
  )
  expect(run('dead')).toMatchObject({ status: 1, output: expect.stringContaining('PARTING') })
})

test('knip refuses a file that nobody uses', () => {
  plant('src/core/forgotten.ts', `export const FORGOTTEN = true\n`)
  expect(run('dead')).toMatchObject({ status: 1, output: expect.stringContaining('forgotten.ts') })
})

test('tsc refuses an index that may be out of range', () => {
  plant('src/core/greeting.ts', `export const GREETING: string = ['hello'][0]\n`)
  expect(run('types')).toMatchObject({ status: 2, output: expect.stringContaining('TS2322') })
})

function plant(file: string, text: string): void {
  mkdirSync(dirname(join(tree, file)), { recursive: true })
  writeFileSync(join(tree, file), text)
}

/** The script of that name, as package.json has it, in the tree. */
function run(name: string): { readonly status: number | null; readonly output: string } {
  const command = (scripts[name] ?? '').replace(/scripts\/\S+/, (file) => `"${resolve(file)}"`)
  const { status, stdout, stderr } = spawnSync(command, {
    cwd: tree,
    shell: true,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${resolve('node_modules/.bin')}:${process.env.PATH}` },
  })
  return { status, output: stdout + stderr }
}
