#!/usr/bin/env node
// Starts the bundle beside this file. Most of a start would be compiling, so V8's compiled code is kept: by the build in
// this folder, for the Node that built, and else by the first server in the user's cache folder.
'use strict'
const fs = require('node:fs')
const { homedir } = require('node:os')
const { dirname, isAbsolute, join } = require('node:path')
const { Script } = require('node:vm')

const BUNDLE = '__BUNDLE__'
/** Several versions of Recollect and Node may take turns. */
const MAX_KEPT = 8

const filename = join(__dirname, BUNDLE)
const name = `${BUNDLE}.${process.version}-${process.platform}-${process.arch}.cache`
const folder = cacheFolder()
const cachedData = readOwn(join(__dirname, name)) ?? (folder && readOwn(join(folder, name)))
const script = new Script(fs.readFileSync(filename, 'utf8'), { filename, cachedData })
const [, , command = 'stdio'] = process.argv
// Other commands compile little of what a server needs.
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
  // A client may only have looked who is there.
  const keepAtExit = () => process.stdout.bytesWritten > 0 && keep()
  process.once('exit', keepAtExit)
}

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
  const unfinished = join(folder, `${name}.${process.pid}`)
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
      // There may not even be a folder.
    }
  }
}
