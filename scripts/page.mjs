// Bundles the page in src/page/app into one HTML file, whose scripts and style are inline and without attributes, so
// that the server can let in exactly these by their hashes.
//
// node scripts/page.mjs [<file>]   writes it to dist/page.html, or to that file
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../', import.meta.url))

/** @returns the page, and the files that it was made of */
export async function buildPage() {
  const result = await build({
    absWorkingDir: root,
    entryPoints: ['early.ts', 'main.tsx'].map((name) => join(root, 'src/page/app', name)),
    outdir: join(root, 'dist'),
    write: false,
    metafile: true,
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    // A script with any character beyond Latin-1 is kept at two bytes a character.
    charset: 'ascii',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'warning',
  })
  const textOf = (name) => result.outputFiles.find(({ path }) => path.endsWith(name)).text.trim()
  const scriptOf = (name) => textOf(name).replaceAll('</script', '<\\/script')
  const style = textOf('main.css').replaceAll('</style', '<\\/style')
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Recollect</title>
<link rel="icon" href="data:,">
<script>${scriptOf('early.js')}</script>
<style>${style}</style>
</head>
<body>
<div id="app"></div>
<noscript>This page needs JavaScript. Without it, use the command line: recollect --help.</noscript>
<script>${scriptOf('main.js')}</script>
</body>
</html>
`
  return { html, inputs: Object.keys(result.metafile.inputs) }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = process.argv[2] ?? join(root, 'dist/page.html')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, (await buildPage()).html)
}
