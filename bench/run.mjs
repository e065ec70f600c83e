// npm run bench -- <name> [arguments]: bundles bench/<name>.ts or bench/<name>/index.ts, since Node 20 runs no
// TypeScript, and runs it.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const [name = '', ...rest] = process.argv.slice(2)
const names = readdirSync('bench')
  .map((entry) => (existsSync(`bench/${entry}/index.ts`) ? `${entry}.ts` : entry))
  .filter((file) => file.endsWith('.ts') && file !== 'support.ts')
  .map((file) => file.slice(0, -3))
if (!names.includes(name)) {
  console.error(`Which one? ${names.join(', ')}`)
  process.exit(2)
}

// Inside node_modules, so that the packages that stay outside of the bundle are found.
const scratch = mkdtempSync(join('node_modules', '.bench-'))
try {
  const outfile = join(scratch, `${name}.mjs`)
  await build({
    entryPoints: [existsSync(`bench/${name}.ts`) ? `bench/${name}.ts` : `bench/${name}/index.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  })
  process.exitCode =
    spawnSync(process.execPath, [outfile, ...rest], { stdio: 'inherit' }).status ?? 1
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
