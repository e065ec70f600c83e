// Bundles src/cli/main.ts and everything it needs, but for the native addon, into one file in dist/:
//
//   recollect.cjs                      the launcher (scripts/launcher.cjs), which is what people run
//   recollect-<hash>.cjs               the bundle
//   recollect-<hash>.cjs.<node>.cache  what V8 compiled of it up to the answer to `initialize`; may be missing
//
// node scripts/build.mjs [--entry <file>] [--out <directory>] [--meta <file>] [--no-cache]
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
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

const WARM_UP_LIMIT_MS = 20_000

const root = fileURLToPath(new URL('../', import.meta.url))
const { values: options } = parseArgs({
  options: {
    entry: { type: 'string', default: join(root, 'src/cli/main.ts') },
    out: { type: 'string', default: join(root, 'dist') },
    meta: { type: 'string' },
    'no-cache': { type: 'boolean', default: false },
  },
})
const out = resolve(options.out)
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** zod brings its messages in some fifty languages, all in one object that no bundler dares to shake. */
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

const { text, metafile } = await bundle()
const name = `recollect-${createHash('sha256').update(text).digest('hex').slice(0, 16)}.cjs`
const cacheName = `${name}.${process.version}-${process.platform}-${process.arch}.cache`
const launcher = readFileSync(join(root, 'scripts/launcher.cjs'), 'utf8').replace(
  '__BUNDLE__',
  name,
)

mkdirSync(out, { recursive: true })
put(name, text)
if (!options['no-cache'] && !existsSync(join(out, cacheName))) await makeCache()
put('recollect.cjs', launcher)
chmodSync(join(out, 'recollect.cjs'), 0o755)
for (const file of readdirSync(out)) {
  if (/^recollect-.*\.(cjs|cache)$/.test(file) && !file.startsWith(name)) rmSync(join(out, file))
}
if (options.meta) writeFileSync(options.meta, JSON.stringify(metafile))

async function bundle() {
  const result = await build({
    entryPoints: [options.entry],
    outfile: join(out, 'recollect.cjs'),
    write: false,
    metafile: true,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['better-sqlite3'],
    // An import() of an external package would need a loader that vm.Script has not got; require() does as well.
    supported: { 'dynamic-import': false },
    // Names stay, for stack traces that can be read.
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

/** Runs until `initialize` is answered. A binary without its cache is slower to start and otherwise the same. */
async function makeCache() {
  const scratch = mkdtempSync(join(tmpdir(), 'recollect-build-'))
  const unfinished = join(out, `${cacheName}.${process.pid}`)
  try {
    const child = spawn(
      process.execPath,
      [join(root, 'scripts/code-cache.cjs'), join(out, name), unfinished],
      {
        stdio: ['pipe', 'ignore', 'inherit'],
        env: { PATH: process.env.PATH, HOME: scratch, RECOLLECT_HOME: join(scratch, 'data') },
        timeout: WARM_UP_LIMIT_MS,
        killSignal: 'SIGKILL',
      },
    )
    const exited = new Promise((done) => child.once('close', done))
    child.stdin.on('error', () => {})
    child.stdin.write(
      `${JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: {
          protocolVersion: '2025-11-25',
          capabilities: {},
          clientInfo: { name: 'build', version },
        },
      })}\n`,
    )
    await exited
    if (existsSync(unfinished)) renameSync(unfinished, join(out, cacheName))
    else console.error('build: no code cache; the binary did not answer `initialize`')
  } finally {
    rmSync(scratch, { recursive: true, force: true })
    rmSync(unfinished, { force: true })
  }
}

/** Never seen half-written, and left alone when it is the same. */
function put(file, content) {
  const path = join(out, file)
  if (existsSync(path) && readFileSync(path, 'utf8') === content) return
  const unfinished = `${path}.${process.pid}`
  writeFileSync(unfinished, content)
  renameSync(unfinished, path)
}
