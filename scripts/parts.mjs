// Cuts the bundle into parts, each a file: what a part holds is read, and kept in memory, from its first use on.
//
//   start  what a server over stdio needs to answer `initialize` and `tools/list`
//   data   what it needs for the tools that most sessions use: the database, the agents' memory
//   work   agents at work: the models, the tools, the loop
//   rest   everything else: HTTP, REST, the page, other commands, loading, transfer
//
// esbuild splits ES modules only, into a file per set of entry points. Here a part is what its roots import, but for what
// is in the parts before it. A module that another part needs is reached by `require('recollect:<part>:<path>')`, which
// the launcher answers. The functions of a module in LATER are called through such a `require` wherever they are imported,
// so that neither it nor what it imports is run before the first call of one.
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build } from 'esbuild'
import { nodeLater } from './lazily.mjs'

/** Modules by part; all that they import comes with them. The last part has what is in no other. */
const ROOTS = {
  start: [
    'src/cli/commands/stdio.ts',
    'src/mcp/transports/stdio.ts',
    'src/mcp/list-tools.ts',
    'src/mcp/serve/app-view.ts',
  ],
  data: [
    'src/assemble/assemble.ts',
    'src/assistant/sessions.ts',
    'src/cli/commands/hook.ts',
    'src/mcp/call/call-tool.ts',
    'src/mcp/client/person.ts',
    'src/mcp/load-tool.ts',
    'src/mcp/tools/append-to-memory-block.ts',
    'src/mcp/tools/create-agent.ts',
    'src/mcp/tools/get-agent.ts',
    'src/mcp/tools/get-run.ts',
    'src/mcp/tools/insert-archival.ts',
    'src/mcp/tools/list-agents.ts',
    'src/mcp/tools/read-memory.ts',
    'src/mcp/tools/replace-in-memory-block.ts',
    'src/mcp/tools/search-archival.ts',
    'src/mcp/tools/search-conversation.ts',
    'src/mcp/tools/send-message.ts',
    'src/mcp/tools/write-memory-block.ts',
    'src/storage/sqlite/open.ts',
  ],
  work: [],
  rest: [],
}
const LAST = Object.keys(ROOTS).at(-1)

/** Modules of the part `work` by which it is reached. Only functions may be imported from them. */
const LATER = [
  'src/agent/inbox/accept-message.ts',
  'src/agent/loop/advance.ts',
  'src/agent/loop/trouble.ts',
  'src/agent/loop/work-on-run.ts',
  'src/assemble/agent-ports.ts',
  'src/assemble/models.ts',
  'src/assemble/runtime.ts',
  'src/llm/registry/embedder-registry.ts',
]

/**
 * Returns the parts, the first one first: `name`, `text` and `inputs`, the files that it was made of. The first
 * one runs `entry`.
 */
export async function bundleParts(options, entry) {
  const { metafile } = await build({ ...options, entryPoints: [entry] })
  const modules = metafile.inputs
  const partOf = divide(modules, keyOf(options.absWorkingDir, entry))
  const parts = []
  for (const name of Object.keys(ROOTS)) {
    const wanted = wantedOf(name, metafile, partOf)
    if (name !== 'start' && wanted.length === 0) continue
    const inOthers = importOthers({ name, modules, partOf, root: options.absWorkingDir })
    const result = await build({
      ...options,
      stdin: {
        contents: contentsOf(name, wanted, name === 'start' ? entry : undefined),
        resolveDir: options.absWorkingDir,
      },
      plugins: [...options.plugins, ...(name === LAST ? [] : [nodeLater]), inOthers],
    })
    if (result.warnings.length > 0) throw new Error('esbuild warned; see above')
    parts.push({
      name,
      text: linked(result.outputFiles[0].text, modules),
      inputs: Object.keys(result.metafile.inputs).filter((path) => path !== '<stdin>'),
    })
  }
  return parts
}

/** The part of each module. */
function divide(modules, entry) {
  const partOf = new Map()
  for (const [part, roots] of Object.entries(ROOTS)) {
    const from = part === 'start' ? [entry, ...roots] : part === 'work' ? LATER : roots
    const open = from.filter((path) => path in modules)
    while (open.length > 0) {
      const path = open.pop()
      if (partOf.has(path) || (part !== 'work' && LATER.includes(path))) continue
      partOf.set(path, part)
      for (const { path: imported, kind, external } of modules[path].imports) {
        if (!external && kind !== 'dynamic-import') open.push(imported)
      }
    }
  }
  for (const path of Object.keys(modules)) if (!partOf.has(path)) partOf.set(path, LAST)
  return partOf
}

/** Modules of a part that the other parts import. */
function wantedOf(name, { inputs, outputs }, partOf) {
  const [{ inputs: kept }] = Object.values(outputs)
  const importing = Object.keys(kept).filter((path) => partOf.get(path) !== name)
  const imported = importing.flatMap((path) =>
    inputs[path].imports.filter(({ external }) => !external),
  )
  const wanted = imported.map(({ path }) => path).filter((path) => partOf.get(path) === name)
  return [...new Set(wanted)].toSorted()
}

/** Imports of modules in other parts. */
function importOthers({ name, modules, partOf, root }) {
  return {
    name: 'other-parts',
    setup({ onResolve, onLoad }) {
      onLoad({ filter: /./, namespace: 'later' }, ({ path }) => ({
        contents: forwarding(path, readFileSync(join(root, path), 'utf8')),
      }))
      onResolve({ filter: /./ }, ({ path, importer, kind, namespace }) => {
        if (namespace === 'later') return { path, external: true }
        const importing = modules[keyOf(root, importer)]
        const found = importing?.imports.find((one) => one.original === path && one.kind === kind)
        if (!found || found.external) return undefined
        const part = partOf.get(found.path)
        if (part === name) return undefined
        if (LATER.includes(found.path) && kind === 'import-statement') {
          return { path: found.path, namespace: 'later', sideEffects: false }
        }
        return { path: addressOf(part, found.path), external: true, sideEffects: false }
      })
    },
  }
}

/** As esbuild names a module. */
function keyOf(root, path) {
  return relative(root, path).replaceAll('\\', '/')
}

function addressOf(part, path) {
  return `recollect:${part}:${path}`
}

/** A module that has the functions of another one, and loads that at the first call. */
function forwarding(path, source) {
  const names = [...source.matchAll(/^export (?:async )?function (\w+)/gm)].map(([, name]) => name)
  const address = JSON.stringify(addressOf('work', path))
  return names
    .map((name) => `export const ${name} = (...given) => require(${address}).${name}(...given)`)
    .join('\n')
}

/** A module whose exports are functions that run a module of the part and return what it exports. */
function contentsOf(part, wanted, entry) {
  const exported = wanted.map(
    (path) =>
      `${JSON.stringify(addressOf(part, path))}: () => require(${JSON.stringify(`./${path}`)})`,
  )
  const run = entry === undefined ? '' : `require(${JSON.stringify(entry)})\n`
  return `module.exports = {\n${exported.join(',\n')}\n}\n${run}`
}

/**
 * Passes the exports of an ES module to another part as they are. esbuild would copy them at each import, since it takes
 * the result of `require` for the exports of a CommonJS module.
 */
function linked(text, modules) {
  const crossing = text.replaceAll(
    /__toESM\((require\("recollect:\w+:([^"]+)"\))(?:,1)?\)/g,
    (whole, call, path) => (modules[path].format === 'esm' ? call : whole),
  )
  return crossing.replaceAll(
    /("recollect:\w+:[^"]+":\(\)=>\(\w+\(\),)__toCommonJS\((\w+)\)\)/g,
    (_, before, exported) => `${before}${exported})`,
  )
}
