import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { ConfigError, mask } from '../core/config-error.ts'

/** Memory for in-memory vector indexes unless RECOLLECT_VECTOR_MEMORY_MB says otherwise. Chosen by hand. */
export const DEFAULT_VECTOR_MEGABYTES = 256

export type DatabaseSettings =
  | { readonly kind: 'sqlite'; readonly path: string }
  | {
      readonly kind: 'postgres'
      /** Holds a password, as a rule. */
      readonly url: string
      /** Past any pooler, where notices arrive; null: the same. */
      readonly directUrl: string | null
      /** Connections at most. */
      readonly connections: number
    }

/** Throws a ConfigError. */
export function readDatabase(
  get: (name: string) => string | undefined,
  connections: number,
): DatabaseSettings {
  const url = get('RECOLLECT_DATABASE_URL')
  if (url === undefined) return { kind: 'sqlite', path: join(homeDirectory(get), 'recollect.db') }
  const address = readDatabaseUrl('RECOLLECT_DATABASE_URL', url)
  if (address.kind === 'sqlite') return address
  const directUrl = get('RECOLLECT_DATABASE_DIRECT_URL')
  return {
    ...address,
    directUrl:
      directUrl === undefined ? null : readPostgresUrl('RECOLLECT_DATABASE_DIRECT_URL', directUrl),
    connections,
  }
}

/** Where a database is. */
export type DatabaseAddress =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string }

/** `name` is that of the setting or flag that it was found in. */
export function readDatabaseUrl(name: string, url: string): DatabaseAddress {
  if (isPostgres(url)) return { kind: 'postgres', url: readPostgresUrl(name, url) }
  const path = url.startsWith('file:') ? fromFileUrl(url) : ''
  if (path !== '') return { kind: 'sqlite', path: resolve(path) }
  throw new ConfigError(
    `${name}: found "${mask(url)}", allowed is file:<path> or postgres://<user>:<password>@<host>/<database>.`,
  )
}

function isPostgres(url: string): boolean {
  return /^postgres(ql)?:\/\//.test(url)
}

function readPostgresUrl(name: string, url: string): string {
  try {
    if (!isPostgres(url)) throw new Error('it is of another kind')
    decodeURIComponent(new URL(url).password)
    return url
  } catch {
    throw new ConfigError(
      `${name}: found "${mask(url)}", allowed is postgres://<user>:<password>@<host>:<port>/<database>, in which other characters than letters and digits of the password are written as in any address (%40 for @).`,
    )
  }
}

function fromFileUrl(url: string): string {
  const path = url.slice('file:'.length)
  if (!path.startsWith('//')) return path
  try {
    return decodeURIComponent(path.slice(2))
  } catch {
    return ''
  }
}

/** By the platform's convention, never beside the program, where an update would take it away. */
function homeDirectory(get: (name: string) => string | undefined): string {
  const home = get('RECOLLECT_HOME')
  if (home?.includes('${')) {
    // Or the data would be in a directory of that name, wherever the client happened to be.
    throw new ConfigError(
      `RECOLLECT_HOME: found "${home}", which the client has not filled in. Write the path itself.`,
    )
  }
  if (home !== undefined) return resolve(home.replace(/^~(?=\/|$)/, homedir()))
  const data = get('XDG_DATA_HOME')
  // The XDG specification has relative paths ignored.
  return data !== undefined && isAbsolute(data)
    ? join(data, 'recollect')
    : join(homedir(), '.local', 'share', 'recollect')
}
