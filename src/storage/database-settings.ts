import { join } from 'node:path'
import { ConfigError, mask } from '../core/config-error.ts'
import { dataDirectory, placeholderIn, readDataPath } from './data-path.ts'

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
  if (url === undefined) return { kind: 'sqlite', path: join(dataDirectory(get), 'recollect.db') }
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
  if (path !== '') return { kind: 'sqlite', path: readDataPath(name, path) }
  throw new ConfigError(
    `${name}: found "${mask(url)}", allowed is file:<path> or postgres://<user>:<password>@<host>/<database>.`,
  )
}

function isPostgres(url: string): boolean {
  return /^postgres(ql)?:\/\//.test(url)
}

function readPostgresUrl(name: string, url: string): string {
  // A password may hold any other sign that stands for something elsewhere.
  const placeholder = /\$\{[^}]*\}|\{\{[^}]*\}\}|<[^<>]+>/.exec(url)
  if (placeholder) {
    throw new ConfigError(
      `${name}: found "${mask(url)}", but ${placeholder[0]} was not filled in. Write the address itself.`,
    )
  }
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
  const rest = path.slice('//'.length)
  try {
    return decodeURIComponent(rest)
  } catch {
    // A % that begins no escape may begin a placeholder that was not filled in; its reader reports that.
    return placeholderIn(rest) === undefined ? '' : rest
  }
}
