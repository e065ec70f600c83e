// Bundles the scripts of threads.
//
// src/storage/sqlite/search-worker.ts and checkpoint-worker.ts, src/tools/files/grep-worker.ts and
// src/llm/local/embed-worker.ts are written as text to src/generated: their threads are started from that text, so that
// the built binary needs no file beside itself and tests need no build.
//
// The threads that run the code of tools are files in src/generated/sandbox, which the build copies beside the bundle:
// most servers never start them, and would read them with the bundle at each start. `packages.json` lists what they
// contain, for their licences.
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { driversInside } from './driver.mjs'
import { write } from './generated.mjs'

const root = new URL('../', import.meta.url)
const path = (name) => fileURLToPath(new URL(name, root))

/** Files that run inside a sandbox, which the thread hands over as text. */
const insideAsText = {
  name: 'inside-as-text',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]sandbox[\\/].+[\\/]prelude\.js$|\.py$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8'),
      loader: 'text',
    }))
  },
}

await embed('src/storage/sqlite/search-worker.ts', 'SEARCH_WORKER')
await embed('src/storage/sqlite/checkpoint-worker.ts', 'CHECKPOINT_WORKER')
await embed('src/tools/files/grep-worker.ts', 'GREP_WORKER')
await embed('src/llm/local/embed-worker.ts', 'EMBED_WORKER')

const javascript = await bundle('src/sandbox/javascript/worker.ts')
const python = await bundle('src/sandbox/python/worker.ts')
write(path('src/generated/sandbox/javascript.cjs'), javascript.text)
write(path('src/generated/sandbox/python.cjs'), python.text)
write(
  path('src/generated/sandbox/packages.json'),
  JSON.stringify([...javascript.inputs, ...python.inputs]),
)
copyOnce(createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm'), 'quickjs.wasm')

async function embed(entry, name) {
  const { text } = await bundle(entry)
  write(
    path(`src/generated/${basename(entry)}`),
    `// Written by scripts/embed-worker.mjs from ${entry}. Edit that.\nexport const ${name} = ${JSON.stringify(text)}\n`,
  )
}

async function bundle(entry) {
  const { outputFiles, metafile } = await build({
    entryPoints: [path(entry)],
    absWorkingDir: path('.'),
    write: false,
    metafile: true,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['better-sqlite3'],
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [insideAsText, driversInside],
  })
  return { text: outputFiles[0].text, inputs: Object.keys(metafile.inputs) }
}

function copyOnce(from, name) {
  const to = path(`src/generated/sandbox/${name}`)
  if (existsSync(to) && readFileSync(to).equals(readFileSync(from))) return
  mkdirSync(path('src/generated/sandbox'), { recursive: true })
  copyFileSync(from, to)
}
