import { createHash } from 'node:crypto'

/** Claude Code sets both variables for the servers that it starts. */
const PROJECT = 'CLAUDE_PROJECT_DIR'
const SESSION = 'CLAUDE_CODE_SESSION_ID'

/* Chosen by hand; together below the 64 characters of a namespace. */
const MAX_NAME_LENGTH = 48
const DIGITS = 12

/** A namespace, or the reason why it can't be determined. */
export type ReadNamespace =
  | { readonly kind: 'namespace'; readonly namespace: string }
  | { readonly kind: 'missing'; readonly variable: string }

/** Resolves a namespace setting; `project` and `session` stand for the client's current project or session. */
export function readNamespace(
  value: string,
  environment: Readonly<Record<string, string | undefined>>,
): ReadNamespace {
  switch (value) {
    case 'project':
      return derive(PROJECT, environment[PROJECT], nameOfDirectory)
    case 'session':
      return derive(SESSION, environment[SESSION], (id) => `session-${digest(id)}`)
    default:
      return { kind: 'namespace', namespace: value }
  }
}

function derive(
  variable: string,
  given: string | undefined,
  toName: (value: string) => string,
): ReadNamespace {
  const value = given?.trim() ?? ''
  return value === ''
    ? { kind: 'missing', variable }
    : { kind: 'namespace', namespace: toName(value) }
}

/** The directory's name, which people recognise, with a hash of its path, so that equal names don't collide. */
function nameOfDirectory(directory: string): string {
  const path = directory.replace(/[\\/]+$/, '')
  const name = (path.split(/[\\/]/).at(-1) ?? '').replace(/[^A-Za-z0-9_.-]+/g, '-')
  return [name.slice(0, MAX_NAME_LENGTH), digest(path)].filter((part) => part !== '').join('-')
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, DIGITS)
}
