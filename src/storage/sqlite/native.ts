import { accessSync, constants, existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import type DatabaseHandle from 'better-sqlite3'
import { UserError } from '../../core/errors.ts'
import { driverAt, isNode20, versionOf } from './driver-at.ts'

/*
 * Node 22 and newer load better-sqlite3 13, a single binary for all of them, shipped in dist/. On Node 20 it crashes
 * the process, as version 12 may on Node 24, so each is loaded only where it works. A checkout has both in node_modules
 * (scripts/prepare-native.mjs); a copy installed beside Recollect is found too.
 */
const fits = (major: number) => (isNode20 ? major < 13 : major >= 13)
/** musl needs binaries of its own. */
const binaries = [
  `prebuilds/${process.platform}-${process.arch}.node`,
  'build/Release/better_sqlite3.node',
]

let driver: typeof DatabaseHandle | undefined
let path: string | undefined

/** Throws UserError that names the missing package or compiler. */
export function loadDriver(): typeof DatabaseHandle {
  if (driver) return driver
  const file = findDriver()
  try {
    const loaded = driverAt(file)
    // The native addon is loaded with the first database.
    new loaded(':memory:').close()
    driver = loaded
    return loaded
  } catch (error) {
    throw cannotLoad(isNode20 ? brokenOnNode20() : broken(error), error)
  }
}

/**
 * Path of the module; a worker started from a string can't resolve it. Looked up once: without a free file handle the
 * lookup would find nothing.
 */
export function findDriver(): string {
  path ??= lookUpDriver()
  return path
}

function lookUpDriver(): string {
  const lookUp = createRequire(import.meta.url)
  const beside = lookUp.resolve.paths('./better-sqlite3') ?? []
  const installed = lookUp.resolve.paths('better-sqlite3') ?? []
  const folders = [
    ...beside.map((folder) => join(folder, 'better-sqlite3')),
    ...installed.flatMap((folder) => [
      join(folder, `.sqlite-${isNode20 ? 12 : 13}/node_modules/better-sqlite3`),
      join(folder, 'better-sqlite3'),
    ]),
  ]
  const found = folders.find(
    (folder) =>
      fits(Number.parseInt(versionOf(folder), 10)) &&
      binaries.some((binary) => existsSync(join(folder, binary))),
  )
  if (found === undefined) throw cannotLoad(isNode20 ? missingOnNode20() : missing())
  return lookUp.resolve(found)
}

function cannotLoad(why: string, cause?: unknown): UserError {
  return new UserError('unsupported', `SQLite can't be loaded: ${why}`, { cause })
}

function missing(): string {
  return (
    `the native module better-sqlite3 13 is missing, or has no binary for ${process.platform}-${process.arch}; install Recollect again ` +
    '(npm ci in a checkout), or compile it beside Recollect with npm install better-sqlite3@13.'
  )
}

function broken(error: unknown): string {
  const [reason] = String(error instanceof Error ? error.message : error).split('\n')
  return (
    `the binary of better-sqlite3 does not load on ${process.platform}-${process.arch} (${reason}); install Recollect again, ` +
    'or in Claude Desktop turn off "Use Built-in Node.js for MCP".'
  )
}

function missingOnNode20(): string {
  return `Node 20 needs the package better-sqlite3 12${compilers()}; run npm ci in a checkout, npm install better-sqlite3@12 in the folder where Recollect was installed, or use Node 22 or newer, which needs neither.`
}

function brokenOnNode20(): string {
  return `the package better-sqlite3 12 was not compiled for Node ${process.version}${compilers()}; remove it and install it again, or use Node 22 or newer, which needs no compiler.`
}

/** The tools for compiling version 12 that are missing on this machine, as a phrase. */
function compilers(): string {
  const absent = ['python3', 'make', 'g++'].filter((program) => !isOnPath(program))
  return absent.length > 0 ? ` and, to compile it, ${absent.join(', ')}` : ''
}

function isOnPath(program: string): boolean {
  // biome-ignore lint/style/noProcessEnv: the system's, no setting of ours
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
