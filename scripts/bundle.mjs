// Packs the program, and nothing else, as recollect-<version>.mcpb, which Claude Desktop installs by a click:
//
//   manifest.json   scripts/bundle-manifest.json, with the version, the tools, and what this binary runs on
//   dist/           the bundled program
//   node_modules/   what can't be bundled: better-sqlite3, compiled for this platform and this major version of Node
//   LICENSES.txt    of everything in it
//
// node scripts/bundle.mjs [--out <directory>]
// node scripts/bundle.mjs --stage <directory>   only lays dist/, node_modules/ and LICENSES.txt out there
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'

/** The one works only while the addon is installed; pg takes the other only where somebody has installed it. */
const NOT_NEEDED = ['prebuild-install', 'pg-native']
/** Of an addon's package, what runs; sources and objects are ten times as large. */
const RUNS =
  /(?:^|\/)(?:package\.json|licen[cs]e[^/]*|[^/]+\.c?js)$|^build\/Release\/(?!test_)[^/]+\.node$/i
const RUNS_NOT = /^(?:deps|src|test)\//

const root = fileURLToPath(new URL('../', import.meta.url))
const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: join(root, 'bundle') },
    stage: { type: 'string' },
  },
})
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const major = Number(process.versions.node.split('.')[0])
const scratch = mkdtempSync(join(tmpdir(), 'recollect-bundle-'))
const stage = resolve(options.stage ?? join(scratch, 'recollect'))
try {
  const { bundled, external } = build()
  const copied = external.flatMap((name) => copyPackage(name, join(root, 'package.json')))
  writeLicenses([...bundled, ...copied])
  if (options.stage === undefined) {
    await writeManifest()
    pack()
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

/** @returns directories of the packages inside the program, and names of those that it requires */
function build() {
  const meta = join(scratch, 'meta.json')
  run(process.execPath, [
    join(root, 'scripts/build.mjs'),
    ...['--out', join(stage, 'dist'), '--meta', meta, '--no-cache'],
  ])
  const { inputs, outputs } = JSON.parse(readFileSync(meta, 'utf8'))
  const imports = Object.values(outputs).flatMap((output) => output.imports)
  return {
    bundled: Object.keys(inputs).flatMap((file) => {
      const directory = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0]
      return directory === undefined ? [] : [resolve(root, directory)]
    }),
    external: [...new Set(imports.map(({ path }) => path))].filter((path) => !isBuiltin(path)),
  }
}

/** The package and all that it needs when it runs; their directories. */
function copyPackage(name, from) {
  if (NOT_NEEDED.includes(name)) return []
  const manifest = createRequire(from).resolve(`${name}/package.json`)
  const directory = dirname(manifest)
  const target = join(stage, 'node_modules', name)
  for (const file of readdirSync(directory, { recursive: true })) {
    const path = file.replaceAll('\\', '/')
    if (!RUNS.test(path) || RUNS_NOT.test(path)) continue
    cpSync(join(directory, file), join(target, file))
  }
  const needed = Object.keys(JSON.parse(readFileSync(manifest, 'utf8')).dependencies ?? {})
  return [directory, ...needed.flatMap((other) => copyPackage(other, manifest))]
}

function writeLicenses(directories) {
  const texts = [...new Set(directories)].sort().map((directory) => {
    const { name, version, license } = JSON.parse(
      readFileSync(join(directory, 'package.json'), 'utf8'),
    )
    const file = readdirSync(directory).find((file) => /^licen[cs]e/i.test(file))
    const text = file === undefined ? license : readFileSync(join(directory, file), 'utf8').trim()
    return `${name} ${version}\n\n${text}\n`
  })
  const own = `recollect ${version}\n\n${readFileSync(join(root, 'LICENSE'), 'utf8')}`
  writeFileSync(join(stage, 'LICENSES.txt'), [own, ...texts].join(`\n${'-'.repeat(80)}\n\n`))
}

async function writeManifest() {
  const manifest = JSON.parse(readFileSync(join(root, 'scripts/bundle-manifest.json'), 'utf8'))
  const runtime = `>=${major === 20 ? '20.12.0' : `${major}.0.0`} <${major + 1}.0.0`
  const complete = {
    ...manifest,
    version,
    tools: await listTools(),
    compatibility: { platforms: [process.platform], runtimes: { node: runtime } },
  }
  writeFileSync(join(stage, 'manifest.json'), `${JSON.stringify(complete, null, 2)}\n`)
}

/** As the staged server itself tells them. */
async function listTools() {
  const client = new Client({ name: 'bundle', version })
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [join(stage, 'dist/recollect.cjs'), 'stdio'],
      env: { HOME: scratch, RECOLLECT_HOME: join(scratch, 'data'), OLLAMA_HOST: '127.0.0.1:1' },
    }),
  )
  try {
    // Opens the database, so that an addon which can't be loaded is found here.
    const { isError, content } = await client.callTool({ name: 'list_agents', arguments: {} })
    if (isError) throw new Error(`the bundled server does not work: ${JSON.stringify(content)}`)
    const { tools } = await client.listTools()
    return tools.map(({ name, description }) => ({ name, description }))
  } finally {
    await client.close()
  }
}

function pack() {
  const file = join(resolve(options.out), `recollect-${version}.mcpb`)
  mkdirSync(dirname(file), { recursive: true })
  if (existsSync(file)) rmSync(file)
  const mcpb = createRequire(import.meta.url).resolve('@anthropic-ai/mcpb')
  const command = join(dirname(mcpb), 'cli/cli.js')
  run(process.execPath, [command, 'validate', join(stage, 'manifest.json')])
  run(process.execPath, [command, 'pack', stage, file])
  const megabytes = (statSync(file).size / 1e6).toFixed(1)
  console.log(`${file}: ${megabytes} MB, for ${process.platform}-${process.arch}, Node ${major}`)
}

/** What it says is shown only if it fails. */
function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`)
}
