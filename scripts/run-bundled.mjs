import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { driverOutside } from './driver.mjs'

/** Bundles a test script, passes the command line on to it, and exits with its exit code. */
export async function runBundled(script) {
  // Inside node_modules, so that external packages are found, and at the same depth as the tests, so that their
  // relative paths work.
  const scratch = mkdtempSync(join('node_modules', '.bundled-'))
  try {
    const outfile = join(scratch, 'script.mjs')
    await build({
      entryPoints: [fileURLToPath(new URL(script, import.meta.url))],
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
}
