// Installs better-sqlite3 and makes sure that it loads. Version 13 brings its binaries along, for Node 22 and newer; what is
// packed anywhere needs it too. Node 20 can't load that one, so there version 12 is compiled besides.
//
// They lie in node_modules/.sqlite-13 and -12 and are no dependencies in package.json: npm would compile both on every
// Node, 13 because it forgets `"gypfile": false` as soon as there is a lock file (npm/cli#9837).
import { spawnSync } from 'node:child_process'
import { accessSync, constants, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packageOf, placeOf, requireDriver, version } from './driver.mjs'

if (!isInstalled(13)) install(13, ['--ignore-scripts'])
let problem = tryToLoad()
if (problem && version === 12) {
  console.error('Node 20 needs better-sqlite3 12: compiling it, which takes a few minutes.')
  install(12, [])
  problem = tryToLoad()
}
if (problem) {
  console.error(`\n${advice(problem)}\n`)
  process.exit(1)
}

/** @returns {Error | undefined} */
function tryToLoad() {
  try {
    const Database = requireDriver()
    new Database(':memory:').close()
    return undefined
  } catch (error) {
    return error
  }
}

/** Whether the pinned version is installed. */
function isInstalled(version) {
  const pinned = readJson(fileURLToPath(wanted(version, 'package.json')))
  const manifest = join(packageOf(version), 'package.json')
  return (
    existsSync(manifest) && readJson(manifest).version === pinned.dependencies['better-sqlite3']
  )
}

function wanted(version, file) {
  return new URL(`sqlite-${version}/${file}`, import.meta.url)
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}

function install(version, more) {
  const place = placeOf(version)
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place, { recursive: true })
  for (const file of ['package.json', 'package-lock.json']) {
    cpSync(fileURLToPath(wanted(version, file)), join(place, file))
  }
  // An environment of a global or partial install would change this install.
  const { npm_config_global, npm_config_omit, npm_config_ignore_scripts, ...env } = process.env
  const npm = process.env.npm_execpath
  const args = ['ci', '--prefix', place, '--no-audit', '--no-fund', '--loglevel=error', ...more]
  const options = { cwd: place, env, stdio: ['ignore', process.stderr, process.stderr] }
  if (npm?.endsWith('.js')) spawnSync(process.execPath, [npm, ...args], options)
  else spawnSync('npm', args, { ...options, shell: process.platform === 'win32' })
}

function advice(error) {
  if (version === 13) {
    return `Recollect needs better-sqlite3 13, which does not load: ${firstLine(error)}
Run npm ci again. Its binaries are for Linux, macOS and Windows on x64 and arm64; elsewhere
compile it: npm rebuild --prefix node_modules/.sqlite-13`
  }
  const missing = ['python3', 'make', 'g++'].filter((program) => !onPath(program))
  if (missing.length > 0) {
    return `On Node 20 Recollect needs better-sqlite3 12, which could not be compiled: ${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing on this machine.
Use Node 22 or newer, which needs no compiler, or install ${missing.length > 1 ? 'them' : 'it'}: ${howToInstall(missing)}
Then run npm ci again.`
  }
  return `On Node 20 Recollect needs better-sqlite3 12, which did not compile or does not load: ${firstLine(error)}
Use Node 22 or newer, which needs no compiler, or see why:
npm rebuild --prefix node_modules/.sqlite-12 --foreground-scripts`
}

function howToInstall(missing) {
  if (process.platform === 'darwin') {
    return `xcode-select --install (the Xcode command line tools)${missing.includes('python3') ? '; brew install python3' : ''}`
  }
  if (process.platform === 'win32')
    return 'Visual Studio Build Tools with "Desktop development with C++", and Python 3'
  const names = (packages) => missing.map((program) => packages[program] ?? program).join(' ')
  return [
    `apt-get install ${names({})} (Debian, Ubuntu)`,
    `dnf install ${names({ 'g++': 'gcc-c++' })} (Fedora, RHEL)`,
    `apk add ${names({})} (Alpine)`,
  ].join(', ')
}

function onPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function firstLine(error) {
  return String(error.message).split('\n')[0]
}
