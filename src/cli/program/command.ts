import { Command, CommanderError, type Option } from 'commander'
import { addSettings, type Setting } from './flags.ts'
import { refusalOf } from './refuse.ts'

/** Chosen by hand. */
const HELP_COLUMNS = 100

export interface Declaration {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** Text below the usage in the command's help. Paragraphs are wrapped. */
  readonly about: string
  readonly settings?: readonly Setting[]
}

/** A command that reports unknown words in our own sentences and whose help fits the terminal. */
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
  // Settings are declared first but listed last.
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

/** True if help or the version was printed. */
export function isDone(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0
}
