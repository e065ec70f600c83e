// Makes sure that better-sqlite3 loads. On Node 22 and newer npm has installed it and nothing is left to do: version 13
// carries its binaries. Node 20 can't load that one, so there version 12 is installed and compiled beside it, in
// node_modules/.node20. It is no dependency in package.json, since npm would then compile it on every Node.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, cpSync, mkdirSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isNode20, node20, requireDriver } from './driver.mjs'

let problem = tryToLoad()
if (problem && isNode20) {
  install()
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

function install() {
  console.error('Node 20 needs better-sqlite3 12: compiling it, which takes a few minutes.')
  rmSync(node20, { recursive: true, force: true })
  mkdirSync(node20, { recursive: true })
  for (const file of ['package.json', 'package-lock.json']) {
    cpSync(fileURLToPath(new URL(`node20/${file}`, import.meta.url)), join(node20, file))
  }
  // A global or partial install of ours must not become one of this package.
  const { npm_config_global, npm_config_omit, npm_config_ignore_scripts, ...env } = process.env
  const npm = process.env.npm_execpath
  const args = ['ci', '--prefix', node20, '--no-audit', '--no-fund', '--loglevel=error']
  const options = { cwd: node20, env, stdio: ['ignore', 'inherit', 'inherit'] }
  if (npm?.endsWith('.js')) spawnSync(process.execPath, [npm, ...args], options)
  else spawnSync('npm', args, { ...options, shell: process.platform === 'win32' })
}

function advice(error) {
  if (!isNode20) {
    return `Recollect needs better-sqlite3, which does not load: ${firstLine(error)}
Run npm ci again. Its binaries are for Linux, macOS and Windows on x64 and arm64; elsewhere
compile it: npm explore better-sqlite3 -- npm run build-release`
  }
  const missing = ['python3', 'make', 'g++'].filter((program) => !onPath(program))
  if (missing.length > 0) {
    return `On Node 20 Recollect needs better-sqlite3 12, which could not be compiled: ${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing on this machine.
Use Node 22 or newer, which needs no compiler, or install ${missing.length > 1 ? 'them' : 'it'}: ${howToInstall(missing)}
Then run npm ci again.`
  }
  return `On Node 20 Recollect needs better-sqlite3 12, which did not compile or does not load: ${firstLine(error)}
Use Node 22 or newer, which needs no compiler, or see why:
npm ci --prefix node_modules/.node20 --foreground-scripts`
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
