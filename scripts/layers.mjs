// dependency-cruiser over the tree it is started in, with what it can't say itself: that it has seen every file.
// (With a TypeScript that it does not understand it finds no module at all, and is content.)
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const main = import.meta.resolve('dependency-cruiser')
const program = fileURLToPath(new URL('../../bin/dependency-cruise.mjs', main))

const roots = readdirSync('.').filter((name) => ['src', 'test', 'bench'].includes(name))
const { stdout, stderr, error } = spawnSync(
  process.execPath,
  [program, ...roots, '--config', '.dependency-cruiser.cjs', '--output-type', 'json'],
  { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
)
if (error || !stdout) fail(`layers: dependency-cruiser did not run: ${error?.message ?? stderr}`)

const { modules, summary } = JSON.parse(stdout)
const seen = new Set(modules.map((module) => module.source))
const files = readdirSync('src', { recursive: true })
  .map((file) => `src/${file.replaceAll('\\', '/')}`)
  .filter((file) => file.endsWith('.ts'))
const unseen = files.filter((file) => !seen.has(file))

if (files.length === 0 || unseen.length > 0) {
  fail(
    `layers: dependency-cruiser saw ${files.length - unseen.length} of ${files.length} files in src ${unseen.slice(0, 5).join(' ')}`,
  )
}
for (const { rule, from, to, cycle } of summary.violations) {
  const path = cycle ? cycle.map((step) => step.name ?? step).join(' -> ') : to
  console.error(`${rule.severity} ${rule.name}: ${from} -> ${path}`)
}
if (summary.violations.length > 0) fail(`layers: ${summary.violations.length} violations`)
console.log(
  `layers: ${files.length} files in src, ${summary.totalDependenciesCruised} imports, none against the rules`,
)

function fail(message) {
  console.error(message)
  process.exit(1)
}
