#!/usr/bin/env node
// Starts the bundle beside this file, with the code that V8 has already compiled where this very Node has left some.
// Both names carry the hash of the bundle, so what is here belongs together; a cache of another Node is refused by V8.
'use strict'
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { Script } = require('node:vm')

const filename = join(__dirname, '__BUNDLE__')
const cache = `${filename}.${process.version}-${process.platform}-${process.arch}.cache`

let cachedData
try {
  cachedData = readFileSync(cache)
} catch {
  // Slower, but no less right.
}
const script = new Script(readFileSync(filename, 'utf8'), { filename, cachedData })
script.runInThisContext()(exports, require, module, __filename, __dirname)
