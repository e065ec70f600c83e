// Runs dependency-cruiser over the current tree and adds two checks that it can't make: that it has seen every file
// (with a TypeScript version it does not know it finds no module and reports success), and that no folders of src
// import each other, directly or through others. A parent and its child count as two folders.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { posix } from 'node:path'
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
  .filter((file) => /\.tsx?$/.test(file))
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
const loops = folderLoops(modules)
for (const loop of loops) {
  const steps = loop.map(({ from, to, example }) => `${from} -> ${to} (${example})`)
  console.error(`error folders that import each other: ${steps.join(', ')}`)
}
if (loops.length > 0) {
  console.error('layers: move a file so that imports between these folders point one way.')
}
const violations = summary.violations.length + loops.length
if (violations > 0) fail(`layers: ${violations} violations`)
console.log(
  `layers: ${files.length} files in src, ${summary.totalDependenciesCruised} imports, none against the rules`,
)

/** One cycle for each folder that reaches itself and is not in an earlier cycle. */
function folderLoops(modules) {
  const imports = new Map()
  for (const { source, dependencies } of modules) {
    const from = posix.dirname(source)
    for (const { resolved } of dependencies) {
      const to = posix.dirname(resolved)
      if (!isOurs(from) || !isOurs(to) || from === to) continue
      const targets = imports.get(from) ?? new Map()
      if (!targets.has(to))
        targets.set(to, `${posix.basename(source)} -> ${posix.basename(resolved)}`)
      imports.set(from, targets)
    }
  }
  const loops = []
  for (const folder of imports.keys()) {
    if (loops.some((loop) => loop.some(({ from }) => from === folder))) continue
    const loop = shortestLoop(folder, imports)
    if (loop) loops.push(loop)
  }
  return loops
}

function isOurs(folder) {
  return folder === 'src' || folder.startsWith('src/')
}

function shortestLoop(start, imports) {
  const paths = [[start, []]]
  const seen = new Set()
  for (const [folder, path] of paths) {
    for (const [to, example] of imports.get(folder) ?? []) {
      const longer = [...path, { from: folder, to, example }]
      if (to === start) return longer
      if (seen.has(to)) continue
      seen.add(to)
      paths.push([to, longer])
    }
  }
  return undefined
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
