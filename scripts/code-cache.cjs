// node code-cache.cjs <bundle> <cache>: runs the bundle as `recollect stdio` until `initialize` is answered, then
// writes down what V8 has compiled by then. The build feeds it stdin and a data directory to spoil.
'use strict'
const { fsyncSync, openSync, readFileSync, writeFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const { dirname } = require('node:path')
const { Script } = require('node:vm')

const [, , bundle, cache] = process.argv
const script = new Script(readFileSync(bundle, 'utf8'), { filename: bundle })

const write = process.stdout.write
process.stdout.write = (...line) => {
  // A turn later, so that what runs right after the answer is in it too.
  setImmediate(() => {
    // On the disk before it gets its name: V8 believes whatever has the right head and length.
    const file = openSync(cache, 'w')
    writeFileSync(file, script.createCachedData())
    fsyncSync(file)
    process.exit(0)
  })
  return write.apply(process.stdout, line)
}

process.argv = [process.argv[0], bundle, 'stdio']
script.runInThisContext()({}, createRequire(bundle), module, bundle, dirname(bundle))
