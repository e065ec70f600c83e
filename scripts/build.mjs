// Bundles src/cli/main.ts and everything it needs, but for the native addon, into one file in dist/:
//
//   recollect.cjs         the launcher (scripts/launcher.cjs), which is what people run
//   recollect-<hash>.cjs  the bundle
//   <bundle>.<node>.cache what V8 compiled of it up to the answer to `initialize`; neither packed nor needed
//   page.html             the page that serve answers at /, in one file
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
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { packageOf } from './driver.mjs'
import { licensesOf } from './licenses.mjs'
import { buildPage } from './page.mjs'

const WARM_UP_LIMIT_MS = 20_000
/** The files of better-sqlite3 that are needed at run time; sources are a third of it. */
const RUNS = /^(?:LICENSE|lib\/.+\.js|prebuilds\/.+\.node)$/

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

const [{ text, metafile }, page] = await Promise.all([bundle(), buildPage()])
const name = `recollect-${createHash('sha256').update(text).digest('hex').slice(0, 16)}.cjs`
const launcher = readFileSync(join(root, 'scripts/launcher.cjs'), 'utf8').replace(
  '__BUNDLE__',
  name,
)

mkdirSync(out, { recursive: true })
put(name, text)
copyDriver()
put('page.html', page.html)
put(
  'LICENSES.txt',
  licensesOf([...Object.keys(metafile.inputs), ...page.inputs, join(packageOf(13), 'lib')]),
)
put('recollect.cjs', launcher)
chmodSync(join(out, 'recollect.cjs'), 0o755)
if (!options['no-cache']) await makeCache()
for (const file of readdirSync(out)) {
  if (/^recollect-.*\.(cjs|cache)$/.test(file) && !file.startsWith(name)) rmSync(join(out, file))
}

async function bundle() {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [resolve(options.entry)],
    outfile: join(out, 'recollect.cjs'),
    write: false,
    metafile: true,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['better-sqlite3'],
    // An import() of an external package needs a loader, which vm.Script lacks; require() works.
    supported: { 'dynamic-import': false },
    // Keep names, for readable stack traces.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    define: { RECOLLECT_VERSION: JSON.stringify(version), 'import.meta.url': '__filename' },
    logLevel: 'warning',
    plugins: [onlyEnglish],
  })
  if (result.warnings.length > 0) throw new Error('esbuild warned; see above')
  const code = result.outputFiles[0].text.replace(/^#!.*\n/, '')
  const wrapped = `(function(exports,require,module,__filename,__dirname){${code}})`
  return { text: wrapped, metafile: result.metafile }
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

/** The launcher makes the cache, in a scratch directory. */
async function makeCache() {
  const file = `${name}.${process.version}-${process.platform}-${process.arch}.cache`
  if (existsSync(join(out, file))) return
  const scratch = mkdtempSync(join(tmpdir(), 'recollect-build-'))
  try {
    const child = spawn(process.execPath, [join(out, 'recollect.cjs'), 'stdio'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: {
        PATH: process.env.PATH,
        HOME: scratch,
        RECOLLECT_HOME: join(scratch, 'data'),
        XDG_CACHE_HOME: scratch,
      },
      timeout: WARM_UP_LIMIT_MS,
      killSignal: 'SIGKILL',
    })
    const exited = new Promise((done) => child.once('close', done))
    child.stdin.on('error', () => {})
    child.stdout.once('data', () => child.stdin.end())
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'build', version },
    }
    const initialize = { jsonrpc: '2.0', id: 1, method: 'initialize', params }
    child.stdin.write(`${JSON.stringify(initialize)}\n`)
    await exited
    const made = join(scratch, 'recollect', file)
    if (existsSync(made)) put(file, readFileSync(made))
    else console.error('build: no code cache; the binary did not answer `initialize`')
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** Writes atomically, and not at all if the content is the same. */
function put(file, content) {
  const path = join(out, file)
  if (existsSync(path) && readFileSync(path).equals(Buffer.from(content))) return
  const unfinished = `${path}.${process.pid}`
  writeFileSync(unfinished, content)
  renameSync(unfinished, path)
}
