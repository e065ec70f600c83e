import { type Command, Option } from 'commander'
import type { Config } from '../../config/config.ts'
import type { Environment } from '../../config/environment.ts'
import { readConfig, settingWarnings } from '../../config/read-config.ts'
import { visible } from '../terminal/visible.ts'

/** Flags for settings: syntax, description and environment variable. */
const FLAGS = {
  home: ['--home <dir>', 'data directory', 'RECOLLECT_HOME'],
  database: ['--database <url>', 'file:<path> or postgres://…', 'RECOLLECT_DATABASE_URL'],
  namespace: ['--namespace <name>', 'namespace of the agents', 'RECOLLECT_NAMESPACE'],
  model: ['--model <handle>', 'provider/model for agents that name none', 'RECOLLECT_MODEL'],
  embedding: ['--embedding <handle>', 'provider/model that embeds memory', 'RECOLLECT_EMBEDDING'],
  toolsets: ['--toolsets <list>', 'groups of tools, or all', 'RECOLLECT_TOOLSETS'],
  agent: ['--agent <agent>', 'serve one agent only: id or name', 'RECOLLECT_AGENT'],
  readOnly: ['--read-only', 'only look, change nothing', 'RECOLLECT_READ_ONLY'],
  log: ['--log <level>', 'error, warn, info or debug', 'RECOLLECT_LOG'],
} as const

type Given = Readonly<Record<string, unknown>>

export type Setting = keyof typeof FLAGS

/** Settings of every command that opens the data. */
export const DATA: readonly Setting[] = ['home', 'database', 'namespace']
/** Settings of a server. */
export const SERVER: readonly Setting[] = [
  ...DATA,
  'model',
  'embedding',
  'toolsets',
  'agent',
  'readOnly',
  'log',
]

export function addSettings(command: Command, settings: readonly Setting[]): Command {
  for (const setting of settings) {
    const [flags, meaning, variable] = FLAGS[setting]
    command.addOption(
      new Option(flags, `${meaning} (${variable})`).helpGroup('Settings, each also a variable:'),
    )
  }
  return command
}

/** For commands that people run: warns on stderr about unknown variables. */
export function configOf(given: Given): Config {
  const config = serverConfigOf(given)
  for (const warning of settingWarnings()) process.stderr.write(`recollect: ${visible(warning)}\n`)
  return config
}

/** Settings of the environment, overridden by flags. */
export function serverConfigOf(given: Given): Config {
  return readConfig(settingsOf(given))
}

export function settingsOf(given: Given): Environment {
  const settings: Record<string, string> = {}
  for (const [name, [, , variable]] of Object.entries(FLAGS)) {
    const value = given[name]
    if (value === true) settings[variable] = '1'
    if (typeof value === 'string') settings[variable] = value
  }
  return settings
}
