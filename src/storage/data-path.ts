import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { ConfigError } from '../core/config-error.ts'

/** Places in a path that a person, a shell or a client was to fill in. */
const PLACEHOLDERS = [
  /\$\{[^}]*\}?/,
  /\$\([^)]*\)?/,
  /\$env:\w+/i,
  /\$[A-Za-z_]\w*/,
  /%[A-Za-z_][\w()]*%/,
  /\{\{[^}]*\}\}/,
  /(?<=^|[/\\])\{\w+\}(?=[/\\]|$)/,
  /<[^<>]+>/,
  /^[/\\]path[/\\]to(?=[/\\]|$)/,
  /^~[^/\\]+/,
]

/**
 * An absolute path out of one that somebody wrote into the setting `name`; `~` is the home directory. A relative one is
 * of the working directory. Throws a ConfigError that names a placeholder that was not filled in: the data would be in a
 * directory of that name, wherever the client happened to be.
 */
export function readDataPath(name: string, path: string): string {
  const placeholder = placeholderIn(path)
  if (placeholder !== undefined) {
    throw new ConfigError(
      `${name}: found "${path}", but ${placeholder} was not filled in. Write the path itself; of such signs only ~ is understood, as the home directory.`,
    )
  }
  if (/^(["']).*\1$/.test(path)) {
    throw new ConfigError(`${name}: found ${path}, quotes included. Write the path without them.`)
  }
  const inHome = /^~(?:[/\\]|$)/.test(path)
  return inHome ? join(homeOfUser(name), path.slice(1)) : resolve(path)
}

export function placeholderIn(path: string): string | undefined {
  for (const pattern of PLACEHOLDERS) {
    const found = pattern.exec(path)
    if (found) return found[0]
  }
  return undefined
}

/** By the platform's convention, never beside the program, where an update would take it away. */
export function dataDirectory(get: (name: string) => string | undefined): string {
  const home = get('RECOLLECT_HOME')
  if (home !== undefined) return readDataPath('RECOLLECT_HOME', home)
  const data = get('XDG_DATA_HOME')
  // The XDG specification has relative paths ignored.
  return data !== undefined && isAbsolute(data)
    ? join(readDataPath('XDG_DATA_HOME', data), 'recollect')
    : join(homeOfUser('RECOLLECT_HOME'), '.local', 'share', 'recollect')
}

/** Asked for only where it is needed: a user of a container or a service may have none. */
function homeOfUser(name: string): string {
  const home = findHome()
  if (isAbsolute(home)) return home
  throw new ConfigError(
    `${name}: this user has no home directory (HOME is ${home === '' ? 'empty or not set' : `"${home}"`}), so where the data goes has to be said. Set ${name === 'RECOLLECT_DATABASE_URL' ? name : 'RECOLLECT_HOME'} to an absolute path.`,
  )
}

function findHome(): string {
  try {
    return homedir()
  } catch {
    return ''
  }
}

/** Absolute paths out of a comma list of folders. */
export function readFolders(name: string, list = ''): readonly string[] {
  return list
    .split(',')
    .map((folder) => folder.trim())
    .filter((folder) => folder !== '')
    .map((folder) => readDataPath(name, folder))
}
