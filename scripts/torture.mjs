// npm run torture -- --minutes N [--kills K] [--stops S]: bundles test/reliability/torture.ts, since Node 20 runs no
// TypeScript, and runs it. Exits 1 if anything was lost, doubled or bent.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { driverOutside } from './driver.mjs'

// Inside node_modules, so that the packages that stay outside of the bundle are found.
const scratch = mkdtempSync(join('node_modules', '.torture-'))
try {
  const outfile = join(scratch, 'torture.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL('../test/reliability/torture.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    plugins: [driverOutside],
    logLevel: 'warning',
  })
  const command = [outfile, ...process.argv.slice(2)]
  process.exitCode = spawnSync(process.execPath, command, { stdio: 'inherit' }).status ?? 1
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
