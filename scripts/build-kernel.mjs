// Compiles src/vector/kernel/kernel.as into src/generated/vector-kernel.ts, so that the built binary needs no file
// beside itself. The same source gives the same bytes; what was compiled from it before is left alone.
//
// node scripts/build-kernel.mjs [--force] [--out <file>]
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { read, write } from './generated.mjs'

const root = new URL('../', import.meta.url)
const { values: options } = parseArgs({
  options: {
    force: { type: 'boolean', default: false },
    out: {
      type: 'string',
      default: fileURLToPath(new URL('src/generated/vector-kernel.ts', root)),
    },
  },
})

const source = readFileSync(new URL('src/vector/kernel/kernel.as', root), 'utf8').replaceAll(
  '\r\n',
  '\n',
)
// No relaxed SIMD: its results differ between machines.
const command = [
  'kernel.ts',
  '--outFile',
  'kernel.wasm',
  '-O3',
  '--runtime',
  'stub',
  '--importMemory',
  '--enable',
  'simd',
]
const { version } = createRequire(import.meta.url)('assemblyscript/package.json')
const made = createHash('sha256')
  .update(JSON.stringify([version, command, source]))
  .digest('hex')
const firstLine = `// Written by scripts/build-kernel.mjs from src/vector/kernel/kernel.as (${made}). Edit that.`

if (options.force || read(options.out)?.split('\n', 1)[0] !== firstLine) {
  const bytes = await compile()
  write(
    options.out,
    `${firstLine}\nexport const VECTOR_KERNEL = '${Buffer.from(bytes).toString('base64')}'\n`,
  )
}

async function compile() {
  // Loading takes half a second and is seldom needed.
  const { default: asc } = await import('assemblyscript/asc')
  let bytes
  const { error, stderr } = await asc.main(command, {
    readFile: (name) => (name === 'kernel.ts' ? source : null),
    writeFile: (name, content) => {
      if (name === 'kernel.wasm') bytes = content
    },
    listFiles: () => [],
  })
  if (error || !bytes) throw new Error(`the vector kernel does not compile: ${stderr.toString()}`)
  return bytes
}
