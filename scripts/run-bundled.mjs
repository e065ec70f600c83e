import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { driverOutside } from './driver.mjs'

/** Bundles a script of the tests, hands it what follows on the command line, and ends as it ends. */
export async function runBundled(script) {
  // Inside node_modules, so that the packages that stay outside of the bundle are found; as deep as the tests, so that what
  // they look for beside them is there, too.
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
