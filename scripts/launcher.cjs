#!/usr/bin/env node
// Starts the bundle beside this file. Most of a start would be compiling, so what V8 has compiled by the end of a
// server's first second is kept in the user's cache folder, for this very bundle and Node.
'use strict'
const fs = require('node:fs')
const { homedir } = require('node:os')
const { dirname, isAbsolute, join } = require('node:path')
const { Script } = require('node:vm')

const BUNDLE = '__BUNDLE__'
/** Several versions of Recollect and Node may take turns. */
const MAX_KEPT = 8

const [, , command = 'stdio'] = process.argv
const kind = process.argv.includes('serve') ? 'serve' : 'stdio'
const folder = cacheFolder()
const name = `${BUNDLE}.${process.version}-${process.platform}-${process.arch}-${kind}.cache`
const cache = folder && join(folder, name)

const filename = join(__dirname, BUNDLE)
const cachedData = cache && readOwn(cache)
const script = new Script(fs.readFileSync(filename, 'utf8'), { filename, cachedData })
// Other commands compile something else and are soon over.
const isServer = command === kind || command.startsWith('-')
if (cache && isServer && (!cachedData || script.cachedDataRejected)) setTimeout(keep, 1000).unref()
script.runInThisContext()(exports, require, module, __filename, __dirname)

/** Undefined: this user has no home directory, or none that is an absolute path. */
function cacheFolder() {
  const { XDG_CACHE_HOME = '', LOCALAPPDATA } = process.env
  if (isAbsolute(XDG_CACHE_HOME)) return join(XDG_CACHE_HOME, 'recollect')
  if (process.platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'recollect', 'cache')
  const home = findHome()
  if (!isAbsolute(home)) return undefined
  if (process.platform === 'darwin') return join(home, 'Library', 'Caches', 'recollect')
  return join(home, '.cache', 'recollect')
}

function findHome() {
  try {
    return homedir()
  } catch {
    return ''
  }
}

/** It is code, so nobody else may have been able to write it. */
function readOwn(path) {
  try {
    const file = fs.openSync(path, 'r')
    try {
      const { uid, mode } = fs.fstatSync(file)
      const isOwn = !process.getuid || (uid === process.getuid() && (mode & 0o022) === 0)
      return isOwn ? fs.readFileSync(file) : undefined
    } finally {
      fs.closeSync(file)
    }
  } catch {
    return undefined
  }
}

/** A start without it is slower and otherwise the same, so nothing that goes wrong here matters. */
function keep() {
  const unfinished = `${cache}.${process.pid}`
  try {
    // Not recursively: below /proc Node's own never ends.
    for (const path of [dirname(folder), folder]) {
      if (!fs.existsSync(path)) fs.mkdirSync(path, { mode: 0o700 })
    }
    // On the disk before it gets its name: V8 believes whatever has the right head and length.
    const file = fs.openSync(unfinished, 'wx', 0o600)
    fs.writeFileSync(file, script.createCachedData())
    fs.fsyncSync(file)
    fs.closeSync(file)
    fs.renameSync(unfinished, cache)
    const kept = fs.readdirSync(folder).filter((name) => /^recollect-.*\.cache/.test(name))
    const newest = kept
      .map((name) => ({ path: join(folder, name), at: fs.statSync(join(folder, name)).mtimeMs }))
      .sort((one, other) => other.at - one.at)
    for (const { path } of newest.slice(MAX_KEPT)) fs.rmSync(path, { force: true })
  } catch {
    fs.rmSync(unfinished, { force: true })
  }
}
