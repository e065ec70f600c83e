import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { lendSchema, TEST_SERVER } from './support/own-database.ts'

/** Most tests run the source, which needs what is generated; some spawn the binary. */
export function setup(): void {
  run('scripts/embed-prompts.mjs')
  run('scripts/build-kernel.mjs')
  run('scripts/embed-worker.mjs')
  run('scripts/embed-tools.mjs')
  if (!existsSync('dist/recollect.cjs') && !run('scripts/build.mjs')) {
    console.error('The binary could not be built; the tests that spawn it will fail.')
  }
  if (TEST_SERVER === undefined) return
  process.env.RECOLLECT_TEST_RUN = String(process.pid)
  lendSchema('open', '')
}

export function teardown(): void {
  if (TEST_SERVER !== undefined) lendSchema('close', String(process.pid))
}

function run(script: string): boolean {
  return spawnSync(process.execPath, [script], { stdio: 'inherit' }).status === 0
}
