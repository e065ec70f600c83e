// Bundles src/cli/main.ts and everything it needs, but for the native addon, into one file in dist/:
//
//   recollect.cjs         the launcher (scripts/launcher.cjs), which is what people run
//   recollect-<hash>.cjs  the bundle
//   better-sqlite3/       what can't be bundled, with its binaries for every platform and Node from 22 on
//   LICENSES.txt          of all that is in it
//
// node scripts/build.mjs [--entry <file>] [--out <directory>]
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { packageOf } from './driver.mjs'
import { licensesOf } from './licenses.mjs'

/** Of better-sqlite3, what runs; sources are a third of it. */
const RUNS = /^(?:LICENSE|lib\/.+\.js|prebuilds\/.+\.node)$/

const root = fileURLToPath(new URL('../', import.meta.url))
const { values: options } = parseArgs({
  options: {
    entry: { type: 'string', default: join(root, 'src/cli/main.ts') },
    out: { type: 'string', default: join(root, 'dist') },
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
const launcher = readFileSync(join(root, 'scripts/launcher.cjs'), 'utf8').replace(
  '__BUNDLE__',
  name,
)

mkdirSync(out, { recursive: true })
put(name, text)
copyDriver()
put('LICENSES.txt', licensesOf([...Object.keys(metafile.inputs), join(packageOf(13), 'lib')]))
put('recollect.cjs', launcher)
chmodSync(join(out, 'recollect.cjs'), 0o755)
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

function copyDriver() {
  const from = packageOf(13)
  const { name, version, license, main } = JSON.parse(
    readFileSync(join(from, 'package.json'), 'utf8'),
  )
  // Of what else stands in it nothing counts inside another package.
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

/** Never seen half-written, and left alone when it is the same. */
function put(file, content) {
  const path = join(out, file)
  if (existsSync(path) && readFileSync(path, 'utf8') === content) return
  const unfinished = `${path}.${process.pid}`
  writeFileSync(unfinished, content)
  renameSync(unfinished, path)
}
