import type { Command, CommanderError } from 'commander'
import { ConfigError } from '../../core/config-error.ts'
import { nearest } from '../../core/nearest.ts'

/** One sentence on the error in the command line, with a suggestion for a misspelt word. */
export function refusalOf(command: Command, error: CommanderError): ConfigError {
  const usage = usageOf(command)
  const [, quoted = ''] = /'([^']+)'/.exec(error.message) ?? []
  switch (error.code) {
    case 'commander.unknownOption':
      return new ConfigError(
        `${pathOf(command)} has no flag ${quoted}.${hintForFlag(command, quoted)} ${seeHelp(command)}`,
      )
    case 'commander.excessArguments':
      return new ConfigError(
        `"${spareOf(command)}" is a word too many.${hintForWord(command) || ` It is ${usage}.`} ${seeHelp(command)}`,
      )
    case 'commander.missingArgument':
      return new ConfigError(`${pathOf(command)} needs <${quoted}>: ${usage}.`)
    case 'commander.optionMissingArgument':
      return new ConfigError(`A value is missing: ${quoted}. ${seeHelp(command)}`)
    case 'commander.invalidArgument':
      return new ConfigError(`${choiceRefused(command)} ${seeHelp(command)}`)
    default:
      return new ConfigError(`${error.message.replace(/^error: /, '')}. ${seeHelp(command)}`)
  }
}

/** For arguments with a fixed set of values, such as `completion <shell>`. */
function choiceRefused(command: Command): string {
  const [wrong, argument] = command.registeredArguments.flatMap((one, index) => {
    const word = command.args[index]
    const refused = word !== undefined && one.argChoices && !one.argChoices.includes(word)
    return refused ? [[word, one] as const] : []
  })[0] ?? ['', undefined]
  const choices = argument?.argChoices ?? []
  const meant = nearest(wrong, choices)
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`
  return `${pathOf(command)}: found "${wrong}", allowed as <${argument?.name() ?? ''}> is ${choices.join(', ')}.${hint}`
}

/** Error for a word that is not a command. */
export function unknownCommand(program: Command, word: string): ConfigError {
  const names = program.commands.map((command) => command.name()).filter((name) => !isHidden(name))
  const meant = nearest(word, names)
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`
  return new ConfigError(
    `Unknown command "${word}".${hint} The commands are ${names.join(', ')}; see recollect --help.`,
  )
}

/** For commands that shells call and people do not type. */
export function isHidden(name: string): boolean {
  return name === 'complete'
}

function hintForFlag(command: Command, flag: string): string {
  const own = command.options.flatMap(({ long }) => long ?? [])
  const others = everyCommand(rootOf(command)).filter(
    (other) => other !== command && other.options.some(({ long }) => long === flag),
  )
  const [other] = others
  const meant = nearest(flag, [...own, '--help'])
  if (other && others.length <= 2) {
    return ` It belongs to ${others.map((one) => `recollect ${pathOf(one)}`).join(' and ')}.`
  }
  return meant === undefined ? '' : ` Did you mean ${meant}?`
}

function hintForWord(command: Command): string {
  const word = spareOf(command)
  const siblings = (command.commands.length > 0 ? command : command.parent)?.commands ?? []
  const flags = command.options.flatMap(({ long }) => long ?? [])
  const meant = nearest(word, [...siblings.map((one) => one.name()), ...flags])
  return meant === undefined ? '' : ` Did you mean ${meant}?`
}

function spareOf(command: Command): string {
  return command.args[command.registeredArguments.length] ?? ''
}

/** Name of a command with its parents but without the program: `token create`. */
export function pathOf(command: Command): string {
  const above = command.parent?.parent ? `${pathOf(command.parent)} ` : ''
  return `${above}${command.name()}`
}

function usageOf(command: Command): string {
  const usage = command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}...` : argument.name()
    return argument.required ? `<${name}>` : `[${name}]`
  })
  const verbs = command.commands.map((one) => one.name()).join('|')
  return ['recollect', pathOf(command), verbs, ...usage].filter((word) => word !== '').join(' ')
}

function seeHelp(command: Command): string {
  return `See recollect ${pathOf(command)} --help.`
}

function rootOf(command: Command): Command {
  return command.parent ? rootOf(command.parent) : command
}

export function everyCommand(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(everyCommand)]
}
