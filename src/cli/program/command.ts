import { Command, CommanderError, type Option } from 'commander'
import { addSettings, type Setting } from './flags.ts'
import { refusalOf } from './refuse.ts'

const HELP_COLUMNS = 100

export interface Declaration {
  readonly name: string
  /** One line, for the list of commands. */
  readonly summary: string
  /** What its help says beneath the usage; paragraphs are wrapped. */
  readonly about: string
  readonly settings?: readonly Setting[]
}

/** A command that refuses what it does not know, in our words, and whose help fits a terminal. */
export function createCommand({ name, summary, about, settings = [] }: Declaration): Command {
  const command = new Command(name)
    .summary(summary)
    .description(about)
    .helpOption('-h, --help', 'show this text')
    .helpCommand(false)
    .allowExcessArguments(false)
    .configureOutput({
      writeErr: () => undefined,
      getOutHelpWidth: () => Math.min(HELP_COLUMNS, process.stdout.columns ?? HELP_COLUMNS),
      getErrHelpWidth: () => Math.min(HELP_COLUMNS, process.stderr.columns ?? HELP_COLUMNS),
    })
  // Settings are added first and read last.
  command.on('beforeHelp', () => {
    const isSetting = ({ helpGroupHeading }: Option) => helpGroupHeading !== undefined
    const options = command.options as Option[]
    options.sort((one, other) => Number(isSetting(one)) - Number(isSetting(other)))
  })
  command.exitOverride((error) => {
    throw error.exitCode === 0 ? error : refusalOf(command, error)
  })
  return addSettings(command, settings)
}

/** Help or the version was asked for and printed. */
export function isDone(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0
}
