#!/usr/bin/env node
// Starts the bundle next to this file. Compilation is most of the start-up time, so V8's compiled code is cached: by
// the build in this folder, for the Node that built it; otherwise by the first server in the user's cache folder.
'use strict'
const fs = require('node:fs')
const { homedir } = require('node:os')
const { dirname, isAbsolute, join } = require('node:path')
const { Script } = require('node:vm')

const BUNDLE = '__BUNDLE__'
/** Several versions of Recollect and Node may be in use; chosen by hand. */
const MAX_KEPT = 8

const filename = join(__dirname, BUNDLE)
const name = `${BUNDLE}.${process.version}-${process.platform}-${process.arch}.cache`
const folder = cacheFolder()
const cachedData = readOwn(join(__dirname, name)) ?? (folder && readOwn(join(folder, name)))
const script = new Script(fs.readFileSync(filename, 'latin1'), { filename, cachedData })
const [, , command = 'stdio'] = process.argv
// Other commands compile little of the code that a server needs.
const isServer = /^(stdio$|serve$|-)/.test(command)
if (folder && isServer && (!cachedData || script.cachedDataRejected)) keepLater()
script.runInThisContext()(exports, require, module, __filename, __dirname)

function keepLater() {
  const isServing = () => process.argv.includes('serve') || process.stdout.bytesWritten > 0
  const timer = setInterval(() => {
    if (!isServing()) return
    clearInterval(timer)
    process.off('exit', keepAtExit)
    keep()
  }, 1000).unref()
  // A client may only have checked that the server starts.
  const keepAtExit = () => process.stdout.bytesWritten > 0 && keep()
  process.once('exit', keepAtExit)
}

/** Undefined if the user has no home directory, or none with an absolute path. */
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

/** The cache is code, so it is used only if nobody else can write it. */
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

/** Errors are ignored: without a cache a start is only slower. */
function keep() {
  const unfinished = join(folder, `${name}.${process.pid}`)
  try {
    // Not recursively: below /proc Node's recursive mkdir never ends.
    for (const path of [dirname(folder), folder]) {
      if (!fs.existsSync(path)) fs.mkdirSync(path, { mode: 0o700 })
    }
    // Synced before it is renamed: V8 accepts anything with the right header and length.
    const file = fs.openSync(unfinished, 'wx', 0o600)
    fs.writeFileSync(file, script.createCachedData())
    fs.fsyncSync(file)
    fs.closeSync(file)
    fs.renameSync(unfinished, join(folder, name))
    const kept = fs.readdirSync(folder).filter((file) => /^recollect-.*\.cache/.test(file))
    const newest = kept
      .map((file) => ({ path: join(folder, file), at: fs.statSync(join(folder, file)).mtimeMs }))
      .sort((one, other) => other.at - one.at)
    for (const { path } of newest.slice(MAX_KEPT)) fs.rmSync(path, { force: true })
  } catch {
    try {
      fs.rmSync(unfinished, { force: true })
    } catch {
      // The folder may not exist.
    }
  }
}
