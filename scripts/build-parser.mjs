// Bundles the thread that parses files, with all of its parsers, into one script. `npm run generate` writes it to
// src/generated/parse-worker.cjs for runs from source; scripts/build.mjs puts it beside the bundle in dist/.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { write } from './generated.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Returns the script, and the files that it was made of. */
export async function bundleParser() {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/load/worker/parse-worker.ts'],
    write: false,
    metafile: true,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // Pictures are not read, so nothing draws.
    external: ['canvas', '@napi-rs/canvas'],
    define: { 'import.meta.url': '__filename' },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
  })
  return { text: outputFiles[0].text, inputs: Object.keys(metafile.inputs) }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { text } = await bundleParser()
  write(join(root, 'src/generated/parse-worker.cjs'), text)
}
