// better-sqlite3 is compiled when it is installed, and npm goes on without it when that fails. This says so, and why.
import { accessSync, constants } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'

const require = createRequire(import.meta.url)
const problem = tryToLoad()
if (problem) {
  console.error(`\n${advice(problem)}\n`)
  process.exit(1)
}

/** @returns {Error | undefined} */
function tryToLoad() {
  try {
    const Database = require('better-sqlite3')
    new Database(':memory:').close()
    return undefined
  } catch (error) {
    return error
  }
}

function advice(error) {
  const missing = ['python3', 'make', 'g++'].filter((program) => !onPath(program))
  if (/NODE_MODULE_VERSION/.test(error.message)) {
    return `better-sqlite3 was compiled for another version of Node than this one (${process.version}).
Compile it again: npm rebuild better-sqlite3`
  }
  if (missing.length > 0) {
    return `Recollect needs better-sqlite3, which could not be compiled: ${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing on this machine.
Install ${missing.length > 1 ? 'them' : 'it'}: ${howToInstall(missing)}
Then run npm ci again.`
  }
  return `Recollect needs better-sqlite3, which did not compile or does not load: ${firstLine(error)}
python3, make and g++ are here; see why with: npm rebuild better-sqlite3 --foreground-scripts
(after an install with --ignore-scripts or --omit=optional, run npm ci without it).`
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
