import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** The revisions that there are requirements for. */
export const REVISIONS = ['2025-11-25', '2026-07-28'] as const
export type Revision = (typeof REVISIONS)[number]

interface Check {
  readonly id: string
  readonly status: string
  readonly errorMessage?: string
}

/** Outcome of a scenario; each failure and warning names its check. */
export interface Outcome {
  /** Checks that were content. */
  readonly passed: number
  readonly failures: readonly string[]
  readonly warnings: readonly string[]
}

const require = createRequire(import.meta.url)
const suite = dirname(require.resolve('@modelcontextprotocol/conformance/package.json'))
const shim = new URL('glob-sync-shim.mjs', import.meta.url).href

/** Runs all that a revision asks of servers, and more that does not count. By scenario, in the order of their names. */
export async function runSuite(
  url: string,
  revision: Revision,
): Promise<ReadonlyMap<string, Outcome>> {
  const results = await mkdtemp(join(tmpdir(), 'recollect-conformance-'))
  try {
    const args = ['server', '--url', url, '--requirements', revision, '--output-dir', results]
    const child = spawn(
      process.execPath,
      ['--import', shim, join(suite, 'dist/index.js'), ...args],
      {
        cwd: results,
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )
    let errors = ''
    child.stderr.on('data', (piece) => {
      errors += piece
    })
    await once(child, 'close')
    const outcomes = await readOutcomes(results)
    if (outcomes.size === 0) throw new Error(`the suite ran nothing: ${errors}`)
    return outcomes
  } finally {
    await rm(results, { recursive: true })
  }
}

/** Names of the scenarios for servers that decide whether a server conforms. */
export async function scoredScenarios(revision: Revision): Promise<readonly string[]> {
  const text = await readFile(join(suite, 'requirements', `${revision}.yaml`), 'utf8')
  const section = /^server:\n((?: {2}- .*\n)+)/m.exec(text)?.[1] ?? ''
  return [...section.matchAll(/- (\S+)/g)].map(([, name = '']) => name)
}

async function readOutcomes(results: string): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>()
  for (const directory of (await readdir(results)).sort()) {
    const scenario = /^server-(.+)-\d{4}-\d\d-\d\dT/.exec(directory)?.[1]
    if (scenario === undefined) continue
    const checks: readonly Check[] = JSON.parse(
      await readFile(join(results, directory, 'checks.json'), 'utf8'),
    )
    const those = (status: string) =>
      checks
        .filter((check) => check.status === status)
        .map(({ id, errorMessage = '' }) => `${id}: ${errorMessage}`)
    outcomes.set(scenario, {
      passed: checks.filter(({ status }) => status === 'SUCCESS').length,
      failures: those('FAILURE'),
      warnings: those('WARNING'),
    })
  }
  return outcomes
}
