import { type Command, Option } from 'commander'
import { type Config, type Environment, readConfig, settingWarnings } from '../../config.ts'
import { visible } from '../terminal/visible.ts'

/** Flags that stand for settings: how they are written, what they mean, and the variable. */
const FLAGS = {
  home: ['--home <dir>', 'where the data lives', 'RECOLLECT_HOME'],
  database: ['--database <url>', 'file:<path> or postgres://…', 'RECOLLECT_DATABASE_URL'],
  namespace: ['--namespace <name>', 'whose agents these are', 'RECOLLECT_NAMESPACE'],
  model: ['--model <handle>', 'provider/model of agents that name none', 'RECOLLECT_MODEL'],
  embedding: ['--embedding <handle>', 'provider/model that embeds memory', 'RECOLLECT_EMBEDDING'],
  toolsets: ['--toolsets <list>', 'groups of tools, or all', 'RECOLLECT_TOOLSETS'],
  agent: ['--agent <agent>', 'serve one agent only: id or name', 'RECOLLECT_AGENT'],
  readOnly: ['--read-only', 'only look, change nothing', 'RECOLLECT_READ_ONLY'],
  log: ['--log <level>', 'error, warn, info or debug', 'RECOLLECT_LOG'],
} as const

type Given = Readonly<Record<string, unknown>>

export type Setting = keyof typeof FLAGS

/** Where the data is and whose: what every command that opens it needs to know. */
export const DATA: readonly Setting[] = ['home', 'database', 'namespace']
/** What a server can be told. */
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

/** For a command that a person called: says on stderr which variables are no settings. */
export function configOf(given: Given): Config {
  const config = serverConfigOf(given)
  for (const warning of settingWarnings()) process.stderr.write(`recollect: ${visible(warning)}\n`)
  return config
}

/** The settings of the environment, overridden by the flags that were given. */
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
