// Bundles src/storage/sqlite/search-worker.ts into one script and writes it as text to src/generated/search-worker.ts:
// a thread is started from that text, so that the built binary needs no file beside itself and tests need no build.
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { write } from './generated.mjs'

const root = new URL('../', import.meta.url)
const target = fileURLToPath(new URL('src/generated/search-worker.ts', root))

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('src/storage/sqlite/search-worker.ts', root))],
  write: false,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['better-sqlite3'],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
})
const text = outputFiles[0].text
const module = `// Written by scripts/embed-worker.mjs from src/storage/sqlite/search-worker.ts. Edit that.\nexport const SEARCH_WORKER = ${JSON.stringify(text)}\n`

write(target, module)
