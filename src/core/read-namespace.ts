import { createHash } from 'node:crypto'

/** Claude Code sets both for the servers that it starts. */
const PROJECT = 'CLAUDE_PROJECT_DIR'
const SESSION = 'CLAUDE_CODE_SESSION_ID'

const LONGEST_NAME = 48
const DIGITS = 12

/** A namespace, or what is missing to know it. */
export type ReadNamespace =
  | { readonly kind: 'namespace'; readonly namespace: string }
  | { readonly kind: 'missing'; readonly variable: string }

/** What a namespace setting means: `project` and `session` stand for those that the client is at work in. */
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

/** To be recognised by its name, and never taken for another directory of that name. */
function nameOfDirectory(directory: string): string {
  const path = directory.replace(/[\\/]+$/, '')
  const name = (path.split(/[\\/]/).at(-1) ?? '').replace(/[^A-Za-z0-9_.-]+/g, '-')
  return [name.slice(0, LONGEST_NAME), digest(path)].filter((part) => part !== '').join('-')
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, DIGITS)
}
