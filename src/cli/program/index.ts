import type { Command } from 'commander'
import { VERSION } from '../../core/version.ts'
import { endWithStdout } from '../terminal/stdout.ts'
import { agents, chat, memory, tidy } from './agents.ts'
import { createCommand } from './command.ts'
import { backup, migrate, purge, restore, salvage } from './data.ts'
import { doctor, stats } from './facts.ts'
import { exportAgent, importAgent } from './files.ts'
import { hook } from './hooks.ts'
import { load } from './load.ts'
import { models } from './models.ts'
import { everyCommand, isHidden, unknownCommand } from './refuse.ts'
import { open, serve, stdio } from './serving.ts'
import { complete, completion, help, version } from './shells.ts'
import { token } from './tokens.ts'
import { tool } from './tools.ts'

/** In the order of the help. */
const GROUPS: Readonly<Record<string, readonly (() => Command)[]>> = {
  'Serve:': [stdio, serve, open],
  'Look:': [doctor, stats],
  'Data:': [backup, restore, salvage, purge, migrate, load, exportAgent, importAgent],
  'Models:': [models],
  'Access:': [token],
  'Agents:': [agents, memory, chat, tidy, tool],
  'More:': [hook, completion, help],
}

/** Runs the command line. */
export async function runProgram(argv: readonly string[]): Promise<void> {
  const program = createProgram()
  const words = commandFirst(program, argv)
  // A stdio server handles the end of stdout itself.
  if (words[0] !== 'stdio') endWithStdout()
  await program.parseAsync(words, { from: 'user' })
}

function createProgram(): Command {
  const program = createCommand({
    name: 'recollect',
    summary: '',
    about: 'Recollect: an MCP server whose agents remember.',
  })
    .usage('<command> [flags]')
    .version(VERSION, '-v, --version', 'show the version')
    .addHelpText(
      'after',
      '\nIn a terminal you want "recollect chat", "recollect serve" or "recollect doctor".\n' +
        'More on one: recollect <command> --help. All settings: README.md.',
    )
  for (const [heading, commands] of Object.entries(GROUPS)) {
    for (const create of commands) program.addCommand(create().helpGroup(heading))
  }
  program.addCommand(version(() => process.stdout.write(`${VERSION}\n`)).helpGroup('More:'))
  program.addCommand(complete(), { hidden: true })
  return program
}

export function printHelp(stream: NodeJS.WriteStream): void {
  createProgram()
    .configureOutput({ writeOut: (text) => stream.write(text) })
    .outputHelp()
}

/** Puts the command before its flags. Without a command it is `stdio`, which clients start. */
function commandFirst(program: Command, argv: readonly string[]): readonly string[] {
  const at = indexOfWord(program, argv)
  const word = argv[at]
  if (word === undefined) {
    const isAbout = argv.some((flag) => ['-h', '--help', '-v', '--version'].includes(flag))
    return isAbout ? argv : ['stdio', ...argv]
  }
  if (!program.commands.some((command) => command.name() === word)) {
    throw unknownCommand(program, word)
  }
  return isHidden(word) ? [word, ...argv.slice(at + 1)] : [word, ...argv.toSpliced(at, 1)]
}

/** Index of the first word that is neither a flag nor a flag's value. */
function indexOfWord(program: Command, argv: readonly string[]): number {
  const valued = new Set(
    everyCommand(program).flatMap(({ options }) =>
      options.flatMap(({ long, required }) => (required && long ? [long] : [])),
    ),
  )
  return argv.findIndex(
    (word, index) => !word.startsWith('-') && !valued.has(argv[index - 1] ?? ''),
  )
}
