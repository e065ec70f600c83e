// Packs the program, and nothing else, as recollect-<version>.mcpb, which Claude Desktop installs by a click:
//
//   manifest.json   scripts/bundle-manifest.json, with the version and the tools
//   dist/           as scripts/build.mjs makes it
//
// node scripts/bundle.mjs [--out <directory>]
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { version as driverVersion } from './driver.mjs'

const root = fileURLToPath(new URL('../', import.meta.url))
const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: join(root, 'bundle') },
  },
})
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const scratch = mkdtempSync(join(tmpdir(), 'recollect-bundle-'))
const stage = join(scratch, 'recollect')
try {
  const out = join(stage, 'dist')
  run(process.execPath, [join(root, 'scripts/build.mjs'), '--out', out, '--no-cache'])
  await writeManifest()
  pack()
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

async function writeManifest() {
  const manifest = JSON.parse(readFileSync(join(root, 'scripts/bundle-manifest.json'), 'utf8'))
  const complete = { ...manifest, version, tools: await listTools() }
  writeFileSync(join(stage, 'manifest.json'), `${JSON.stringify(complete, null, 2)}\n`)
}

/** Lists the tools by calling the staged server. */
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
    // Opens the database, to find an addon that cannot be loaded. On Node 20 this one never can.
    if (driverVersion === 13) {
      const { isError, content } = await client.callTool({ name: 'list_agents', arguments: {} })
      if (isError) throw new Error(`the bundled server does not work: ${JSON.stringify(content)}`)
    }
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
  console.log(`${file}: ${megabytes} MB`)
}

/** Output is shown only if the command fails. */
function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`)
}
