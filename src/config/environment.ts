import { ConfigError } from '../core/config-error.ts'
import { readNamespace } from '../core/read-namespace.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Placeholders that some clients pass on for fields that were left empty. */
const LEFT_OPEN = /^\$\{[^{}]*\}$/
/** Placeholder of an empty field in a bundle (.mcpb). In a path, any other placeholder is refused by name. */
const FIELD_LEFT_OPEN = /^\$\{user_config\.[^{}]*\}$/
const PATHS = ['RECOLLECT_HOME', 'RECOLLECT_DATABASE_URL']

/** Resolves the names `project` and `session` to the namespace of the client's project or session. */
export function withNamespace(settings: Environment): Environment {
  const value = settings.RECOLLECT_NAMESPACE?.trim() ?? ''
  const read = readNamespace(value, settings)
  if (read.kind === 'namespace') return { ...settings, RECOLLECT_NAMESPACE: read.namespace }
  throw new ConfigError(
    `RECOLLECT_NAMESPACE: found "${value}", but ${read.variable} is not set, as Claude Code sets it. Write a name instead, or set it.`,
  )
}

export function filledIn(values: Environment): Environment {
  return Object.fromEntries(
    Object.entries(values).filter(
      ([name, value]) =>
        value !== undefined &&
        !(PATHS.includes(name) ? FIELD_LEFT_OPEN : LEFT_OPEN).test(value.trim()),
    ),
  )
}
