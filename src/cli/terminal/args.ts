import { parseArgs } from 'node:util'
import { ConfigError, type Environment } from '../../config.ts'

export const COMMANDS = [
  'stdio',
  'serve',
  'doctor',
  'backup',
  'stats',
  'export',
  'import',
  'migrate',
  'token',
] as const
export type Command = (typeof COMMANDS)[number]

export interface Arguments {
  /** Undefined: none was given. */
  readonly command: Command | undefined
  readonly positionals: readonly string[]
  readonly help: boolean
  readonly version: boolean
  readonly host: string
  readonly port: number
  /** Addresses of databases, for `migrate`. */
  readonly from: string | undefined
  readonly to: string | undefined
  /** Of `token create`. */
  readonly newToken: {
    readonly name: string | undefined
    readonly scopes: string | undefined
    readonly expires: string | undefined
  }
  /** Flags that stand for settings, by the setting's name. */
  readonly settings: Environment
}

const FLAGS = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
  host: { type: 'string' },
  port: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  home: { type: 'string' },
  database: { type: 'string' },
  model: { type: 'string' },
  embedding: { type: 'string' },
  log: { type: 'string' },
  toolsets: { type: 'string' },
  agent: { type: 'string' },
  'read-only': { type: 'boolean' },
  namespace: { type: 'string' },
  name: { type: 'string' },
  scopes: { type: 'string' },
  expires: { type: 'string' },
} as const

/** Throws ConfigError for what it does not know. */
export function readArguments(argv: readonly string[]): Arguments {
  const { values, positionals } = parse(argv)
  const [name, ...rest] = positionals
  const command = COMMANDS.find((known) => known === name)
  if (name !== undefined && !command) {
    throw new ConfigError(
      `Unknown command "${name}". The commands are ${COMMANDS.join(', ')}; see recollect --help.`,
    )
  }
  return {
    command,
    positionals: rest,
    help: values.help ?? false,
    version: values.version ?? false,
    host: values.host ?? '127.0.0.1',
    port: readPort(values.port ?? '8283'),
    from: values.from,
    to: values.to,
    newToken: { name: values.name, scopes: values.scopes, expires: values.expires },
    settings: {
      RECOLLECT_HOME: values.home,
      RECOLLECT_DATABASE_URL: values.database,
      RECOLLECT_MODEL: values.model,
      RECOLLECT_EMBEDDING: values.embedding,
      RECOLLECT_LOG: values.log,
      RECOLLECT_TOOLSETS: values.toolsets,
      RECOLLECT_AGENT: values.agent,
      RECOLLECT_NAMESPACE: values.namespace,
      RECOLLECT_READ_ONLY: values['read-only'] ? '1' : undefined,
    },
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: FLAGS, allowPositionals: true })
  } catch (error) {
    const message = error instanceof Error ? error.message.split('. ')[0] : String(error)
    throw new ConfigError(`${message}. See recollect --help.`)
  }
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new ConfigError(
    `--port: found "${text}", allowed is a number from 0 (any free one) to 65535.`,
  )
}
