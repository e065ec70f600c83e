// Bundles src/cli/main.ts and everything it needs, but for the native addon, into dist/:
//
//   recollect.cjs         the launcher (scripts/launcher.cjs), which is what people run
//   recollect-<hash>.cjs  what of the bundle answers `initialize` and `tools/list` over stdio (scripts/parts.mjs)
//   recollect-<part>-<hash>.cjs     its other parts
//   recollect-<package>-<hash>.cjs  large packages that few servers need: what a start need not read
//   recollect-parser-<hash>.cjs     the thread that parses files to load, with its parsers
//   <part>.<node>.cache   what V8 compiled of a part up to the first answers; neither packed nor needed
//   page.html             the page that serve answers at /, in one file
//   sandbox/              scripts of the threads that run code of tools, and the runtime of JavaScript
//   better-sqlite3/       what can't be bundled, with its binaries for every platform and Node from 22 on
//   LICENSES.txt          of all that is in it
//
// node scripts/build.mjs [--entry <file>] [--out <directory>] [--no-cache]
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Script } from 'node:vm'
import { build } from 'esbuild'
import { bundleParser } from './build-parser.mjs'
import { driversInside, packageOf } from './driver.mjs'
import { VALIDATOR, validatorLater } from './lazily.mjs'
import { licensesOf } from './licenses.mjs'
import { buildPage } from './page.mjs'
import { bundleParts } from './parts.mjs'

const WARM_UP_LIMIT_MS = 20_000
/** The files of better-sqlite3 that are needed at run time; sources are a third of it. */
const RUNS = /^(?:LICENSE|lib\/.+\.js|prebuilds\/.+\.node)$/

/** Packages that get a file of their own. They are self-contained, and loaded by the first call that needs them. */
const APART = [
  '@anthropic-ai/sdk',
  'gpt-tokenizer/encoding/o200k_base',
  'openai',
  'pg',
  '@babel/parser',
  '@lezer/python',
  '@modelcontextprotocol/client',
  VALIDATOR,
]

const root = fileURLToPath(new URL('../', import.meta.url))
const { values: options } = parseArgs({
  options: {
    entry: { type: 'string', default: join(root, 'src/cli/main.ts') },
    out: { type: 'string', default: join(root, 'dist') },
    'no-cache': { type: 'boolean', default: false },
  },
})
const out = resolve(options.out)
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** zod contains messages in some fifty languages in one object, which no bundler removes. */
const onlyEnglish = {
  name: 'only-english',
  setup({ onResolve }) {
    onResolve({ filter: /locales\/index\.js$/ }, ({ resolveDir }) =>
      /[\\/]zod[\\/]/.test(`${resolveDir}/`)
        ? { path: join(resolveDir, '../locales/en.js') }
        : undefined,
    )
  },
}

const packagesApart = {
  name: 'packages-apart',
  setup({ onResolve }) {
    onResolve({ filter: new RegExp(`^(?:${APART.join('|')})$`) }, ({ path }) => ({
      path: `./${apart.get(path)}`,
      external: true,
    }))
  },
}

const shared = {
  absWorkingDir: root,
  outfile: join(out, 'recollect.cjs'),
  write: false,
  metafile: true,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // Keep names, for readable stack traces.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
}

/** Written first: the bundle names them. */
const apart = new Map()
const sources = []
for (const specifier of APART) {
  const { text, inputs } = await bundlePackage(specifier)
  const file = `recollect-${specifier.replaceAll(/\W+/g, '-').replace(/^-/, '')}-${hashOf(text)}.cjs`
  apart.set(specifier, file)
  sources.push(...inputs)
  mkdirSync(out, { recursive: true })
  put(file, text)
}
const parser = await bundleParser()
const parserFile = `recollect-parser-${hashOf(parser.text)}.cjs`
sources.push(...parser.inputs)
put(parserFile, parser.text)
const parts = (await bundle()).map((part) => ({ ...part, file: fileOf(part) }))
const launcher = readFileSync(join(root, 'scripts/launcher.cjs'), 'utf8').replace(
  "'__PARTS__'",
  JSON.stringify(Object.fromEntries(parts.map((part) => [part.name, part.file]))),
)

for (const { file, text, inputs } of parts) {
  put(file, text)
  sources.push(...inputs)
}
copyDriver()
const page = await buildPage()
put('page.html', page.html)
sources.push(...page.inputs, ...copySandbox(), join(packageOf(13), 'lib'))
put('LICENSES.txt', licensesOf(sources))
put('recollect.cjs', launcher)
chmodSync(join(out, 'recollect.cjs'), 0o755)
if (!options['no-cache']) await makeCaches()
for (const file of readdirSync(out)) {
  const isCurrent =
    parts.some((part) => file.startsWith(part.file)) ||
    [...apart.values(), parserFile].includes(file)
  if (/^recollect-.*\.(cjs|cache)$/.test(file) && !isCurrent) rmSync(join(out, file))
}

function hashOf(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

async function bundlePackage(specifier) {
  const result = await build({
    ...shared,
    plugins: [onlyEnglish],
    stdin: { contents: `module.exports = require('${specifier}')`, resolveDir: root },
  })
  return { text: result.outputFiles[0].text, inputs: Object.keys(result.metafile.inputs) }
}

async function bundle() {
  const shape = {
    ...shared,
    external: ['better-sqlite3'],
    // An import() of an external package needs a loader, which vm.Script lacks; require() works.
    supported: { 'dynamic-import': false },
    define: {
      RECOLLECT_VERSION: JSON.stringify(version),
      RECOLLECT_PARSER: JSON.stringify(parserFile),
      'import.meta.url': '__filename',
    },
    plugins: [onlyEnglish, packagesApart, validatorLater, driversInside],
  }
  const parts = await bundleParts(shape, resolve(options.entry))
  return parts.map(({ text, ...part }) => ({ ...part, text: wrapped(text) }))
}

function fileOf({ name, text }) {
  return name === 'start'
    ? `recollect-${hashOf(text)}.cjs`
    : `recollect-${name}-${hashOf(text)}.cjs`
}

function wrapped(text) {
  const code = inAscii(text.replace(/^#!.*\n/, ''))
  return `(function(exports,require,module,__filename,__dirname){${code}})`
}

/**
 * With one other character, Node reads and keeps the whole bundle at two bytes a character, which takes twice as long.
 * esbuild escapes all but what stands in regular expressions and in String.raw, of which we make regular expressions.
 */
function inAscii(code) {
  const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return code.replaceAll(/\P{ASCII}/gu, (character) => character.split('').map(escaped).join(''))
}

function copyDriver() {
  const from = packageOf(13)
  const { name, version, license, main } = JSON.parse(
    readFileSync(join(from, 'package.json'), 'utf8'),
  )
  // Inside another package no other field of this manifest matters.
  const manifest = `${JSON.stringify({ name, version, license, main }, null, 2)}\n`
  const to = join(out, 'better-sqlite3')
  if (existsSync(to)) {
    if (readFileSync(join(to, 'package.json'), 'utf8') === manifest) return
    rmSync(to, { recursive: true })
  }
  const unfinished = `${to}.${process.pid}`
  for (const file of readdirSync(from, { recursive: true })) {
    if (RUNS.test(file.replaceAll('\\', '/'))) cpSync(join(from, file), join(unfinished, file))
  }
  writeFileSync(join(unfinished, 'package.json'), manifest)
  renameSync(unfinished, to)
}

/** Returns the files of packages that the threads' scripts contain. */
function copySandbox() {
  const from = join(root, 'src/generated/sandbox')
  mkdirSync(join(out, 'sandbox'), { recursive: true })
  for (const file of ['javascript.cjs', 'python.cjs', 'quickjs.wasm']) {
    put(join('sandbox', file), readFileSync(join(from, file)))
  }
  return JSON.parse(readFileSync(join(from, 'packages.json'), 'utf8'))
}

/** The launcher makes the caches, in a scratch directory. */
async function makeCaches() {
  const node = `${process.version}-${process.platform}-${process.arch}`
  const missing = parts
    .map(({ file, text }) => ({ file: `${file}.${node}.cache`, text }))
    .filter(({ file, text }) => !isAccepted(join(out, file), text))
    .map(({ file }) => file)
  if (missing.length === 0) return
  const scratch = mkdtempSync(join(tmpdir(), 'recollect-build-'))
  const made = join(scratch, 'recollect')
  try {
    await answerFirst(startIn(scratch, 'stdio'))
    // It has most of the parts from before.
    const server = startIn(scratch, 'serve', '--port', '0')
    for (let waited = 0; waited < WARM_UP_LIMIT_MS; waited += 100) {
      if (missing.every((file) => existsSync(join(made, file)))) break
      await setTimeout(100)
    }
    server.kill('SIGKILL')
    for (const file of missing) {
      if (existsSync(join(made, file))) put(file, readFileSync(join(made, file)))
      else console.error(`build: no ${file}; the binary did not answer`)
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** V8 compares its version and flags with those of the process that compiled it. */
function isAccepted(path, text) {
  if (!existsSync(path)) return false
  const script = new Script(text, { filename: path, cachedData: readFileSync(path) })
  if (script.cachedDataRejected) rmSync(path)
  return !script.cachedDataRejected
}

function startIn(scratch, ...args) {
  return spawn(process.execPath, [join(out, 'recollect.cjs'), ...args], {
    stdio: ['pipe', 'pipe', args[0] === 'stdio' ? 'inherit' : 'ignore'],
    env: {
      PATH: process.env.PATH,
      HOME: scratch,
      RECOLLECT_HOME: join(scratch, 'data'),
      XDG_CACHE_HOME: scratch,
    },
    timeout: WARM_UP_LIMIT_MS,
    killSignal: 'SIGKILL',
  })
}

async function answerFirst(child) {
  const exited = new Promise((done) => child.once('close', done))
  child.stdin.on('error', () => {})
  const requests = warmUp()
  const ask = () => {
    const request = requests.shift()
    if (request === undefined) return child.stdin.end()
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: requests.length, ...request })}\n`)
  }
  // One answer at a time, each a line.
  createInterface({ input: child.stdout }).on('line', ask)
  ask()
  await exited
}

/** The first requests of most clients, so that the code for it need not be compiled. */
function warmUp() {
  const call = (name, args) => ({ method: 'tools/call', params: { name, arguments: args } })
  const clientInfo = { name: 'build', version }
  return [
    {
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo },
    },
    { method: 'tools/list' },
    call('create_agent', { name: 'build' }),
    call('insert_archival', { agent: 'build', text: 'The kettle is for tea.' }),
    call('search_archival', { agent: 'build', query: 'kettle' }),
    call('read_memory', { agent: 'build' }),
  ]
}

/** Writes atomically, and not at all if the content is the same. */
function put(file, content) {
  const path = join(out, file)
  if (existsSync(path) && readFileSync(path).equals(Buffer.from(content))) return
  const unfinished = `${path}.${process.pid}`
  writeFileSync(unfinished, content)
  renameSync(unfinished, path)
}
