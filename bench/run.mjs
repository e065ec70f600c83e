// npm run bench -- <name> [arguments]: bundles bench/<name>.ts or bench/<name>/index.ts, since Node 20 runs no
// TypeScript, and runs it.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { driverOutside } from '../scripts/driver.mjs'

const [name = '', ...rest] = process.argv.slice(2)
const benches = new Map(
  readdirSync('bench').flatMap((entry) => {
    if (existsSync(`bench/${entry}/index.ts`)) return [[entry, `bench/${entry}/index.ts`]]
    const isBench = entry.endsWith('.ts') && entry !== 'support.ts'
    return isBench ? [[entry.slice(0, -3), `bench/${entry}`]] : []
  }),
)
const entryPoint = benches.get(name)
if (entryPoint === undefined) {
  console.error(`Which one? ${[...benches.keys()].join(', ')}`)
  process.exit(2)
}

// Inside node_modules, so that the packages that stay outside of the bundle are found.
const scratch = mkdtempSync(join('node_modules', '.bench-'))
try {
  const outfile = join(scratch, `${name}.mjs`)
  await build({
    entryPoints: [entryPoint],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    plugins: [driverOutside],
    logLevel: 'warning',
  })
  // Where a bundle looks for the threads that run code of tools.
  cpSync('src/generated/sandbox', join(scratch, 'sandbox'), { recursive: true })
  process.exitCode =
    spawnSync(process.execPath, [outfile, ...rest], { stdio: 'inherit' }).status ?? 1
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
