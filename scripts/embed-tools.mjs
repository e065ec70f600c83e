// Writes the tool list (`tools/list`) to src/generated/tool-list.ts as JSON text, so that a server answers it without
// loading the tools and without turning their schemas into JSON Schema.
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { write } from './generated.mjs'

const root = fileURLToPath(new URL('../', import.meta.url))
// Inside node_modules, so that the packages that stay outside of the bundle are found.
const scratch = mkdtempSync(join(root, 'node_modules', '.tools-'))
try {
  const outfile = join(scratch, 'tools.mjs')
  await build({
    absWorkingDir: root,
    entryPoints: ['./src/mcp/tool-entries.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  })
  const { toolEntries } = await import(pathToFileURL(outfile).href)
  const text = JSON.stringify(JSON.stringify(toolEntries()))
  const module = `// Written by scripts/embed-tools.mjs from src/mcp/tools. Edit those.\nexport const TOOL_LIST = ${text}\n`
  write(join(root, 'src/generated/tool-list.ts'), module)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
