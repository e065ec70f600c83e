import { Argument, type Command } from 'commander'
import { createCommand } from './command.ts'
import { COMPLETION_SCRIPTS, type Shell } from './completion-scripts.ts'
import { unknownCommand } from './refuse.ts'

export function completion(): Command {
  return createCommand({
    name: 'completion',
    summary: 'completion for bash, zsh or fish',
    about:
      'Prints a script that lets the shell complete commands, flags and names of agents. Where recollect is on the ' +
      'PATH, add this to ~/.bashrc or ~/.zshrc:\n\n' +
      '  source <(recollect completion bash)\n  source <(recollect completion zsh)\n\n' +
      'and for fish:\n\n' +
      '  recollect completion fish > ~/.config/fish/completions/recollect.fish',
  })
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(COMPLETION_SCRIPTS)))
    .action((shell: Shell) => {
      process.stdout.write(COMPLETION_SCRIPTS[shell])
    })
}

/** The completion scripts call this with the words typed so far. */
export function complete(): Command {
  return createCommand({
    name: 'complete',
    summary: 'what a word can be completed to',
    about: 'For the script that recollect completion prints.',
  })
    .argument('[words...]', 'after recollect, the last of them unfinished')
    .action(async (words: readonly string[], _given, command: Command) => {
      const { complete } = await import('./complete.ts')
      if (command.parent) await complete(command.parent, words)
    })
}

export function version(print: () => void): Command {
  return createCommand({
    name: 'version',
    summary: 'prints the version',
    about: 'Prints the version.',
  }).action(print)
}

export function help(): Command {
  return createCommand({
    name: 'help',
    summary: 'prints this text, or the help of a command',
    about: 'Prints the help of the program or of a command.',
  })
    .argument('[words...]', 'a command')
    .action(async (words: readonly string[], _given, command: Command) => {
      const program = command.parent
      const [name] = words
      if (!program) return
      if (name !== undefined && !program.commands.some((one) => one.name() === name)) {
        throw unknownCommand(program, name)
      }
      await program.parseAsync([...words, '--help'], { from: 'user' })
    })
}
