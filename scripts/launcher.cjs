#!/usr/bin/env node
// Starts the first of the bundle's parts, which are next to this file, and opens the others when they are needed.
// Compilation is most of the start-up time, so V8's compiled code is cached: by the build in this folder, for the Node
// that built it; otherwise by the first server in the user's cache folder.
'use strict'
const fs = require('node:fs')
const { homedir } = require('node:os')
const { dirname, isAbsolute, join } = require('node:path')
const { Script } = require('node:vm')

/** File names by part. */
const PARTS = '__PARTS__'
/** Files; several versions of Recollect and Node may be in use. Chosen by hand. */
const MAX_KEPT = 24

/**
 * By how much a heap may grow before V8 collects its garbage; its own limit let a few answers of megabytes leave half a
 * gigabyte. V8 reads this at every collection, so it need not be there from the start. Chosen by hand.
 */
const HEAP_GROWING = { percent: 50, afterMilliseconds: 1000 }

/** Opened now, since an update may replace the files while this server runs. */
const files = new Map(Object.entries(PARTS).map(([part, name]) => [part, openFile(name)]))
/** Modules of the open parts that other parts use. */
const modules = Object.create(null)
/** Scripts without compiled code, by the name of the file that is to keep it. */
const uncached = new Map()
let isHeapLimited = false
const folder = cacheFolder()
const [, , command = 'stdio'] = process.argv
// Other commands compile little of the code that a server needs.
const isServer = /^(stdio$|serve$|-)/.test(command)
open('start')
setTimeout(limitHeap, HEAP_GROWING.afterMilliseconds).unref()
if (folder && isServer) keepLater()

function open(part) {
  const filename = join(__dirname, PARTS[part])
  const name = `${PARTS[part]}.${process.version}-${process.platform}-${process.arch}.cache`
  const cachedData = readOwn(join(__dirname, name)) ?? (folder && readOwn(join(folder, name)))
  const file = files.get(part) ?? fs.openSync(filename, 'r')
  files.delete(part)
  const text = fs.readFileSync(file, 'latin1')
  const script = withOwnFlags(() => new Script(text, { filename, cachedData }))
  fs.closeSync(file)
  if (!cachedData || script.cachedDataRejected) uncached.set(name, script)
  const opened = { exports: modules }
  script.runInThisContext()(modules, requireHere, opened, filename, __dirname)
  Object.assign(modules, opened.exports)
}

function limitHeap() {
  setHeapGrowing(HEAP_GROWING.percent)
  isHeapLimited = true
}

/** V8 refuses compiled code from under other flags, so it compiles and serializes under its own. */
function withOwnFlags(work) {
  if (!isHeapLimited) return work()
  setHeapGrowing(0)
  try {
    return work()
  } finally {
    setHeapGrowing(HEAP_GROWING.percent)
  }
}

function setHeapGrowing(percent) {
  require('node:v8').setFlagsFromString(`--heap-growing-percent=${percent}`)
}

function openFile(name) {
  try {
    return fs.openSync(join(__dirname, name), 'r')
  } catch {
    return undefined
  }
}

/** `recollect:<part>:<path>` is a module in a part. */
function requireHere(id) {
  if (!id.startsWith('recollect:')) return require(id)
  if (!(id in modules)) open(id.split(':')[1])
  return modules[id]()
}

function keepLater() {
  const isServing = () => process.argv.includes('serve') || process.stdout.bytesWritten > 0
  setInterval(() => isServing() && keep(), 1000).unref()
  // A client may only have checked that the server starts.
  process.once('exit', () => process.stdout.bytesWritten > 0 && keep())
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
  if (uncached.size === 0) return
  for (const [name, script] of uncached) keepScript(name, script)
  uncached.clear()
  try {
    const kept = fs.readdirSync(folder).filter((file) => /^recollect-.*\.cache/.test(file))
    const newest = kept
      .map((file) => ({ path: join(folder, file), at: fs.statSync(join(folder, file)).mtimeMs }))
      .sort((one, other) => other.at - one.at)
    for (const { path } of newest.slice(MAX_KEPT)) fs.rmSync(path, { force: true })
  } catch {
    // The folder may not exist.
  }
}

function keepScript(name, script) {
  const unfinished = join(folder, `${name}.${process.pid}`)
  try {
    // Not recursively: below /proc Node's recursive mkdir never ends.
    for (const path of [dirname(folder), folder]) {
      if (!fs.existsSync(path)) fs.mkdirSync(path, { mode: 0o700 })
    }
    // Synced before it is renamed: V8 accepts anything with the right header and length.
    const file = fs.openSync(unfinished, 'wx', 0o600)
    fs.writeFileSync(
      file,
      withOwnFlags(() => script.createCachedData()),
    )
    fs.fsyncSync(file)
    fs.closeSync(file)
    fs.renameSync(unfinished, join(folder, name))
  } catch {
    try {
      fs.rmSync(unfinished, { force: true })
    } catch {
      // The folder may not exist.
    }
  }
}
