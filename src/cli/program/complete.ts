import type { Command, Option } from 'commander'
import { TOOLSETS } from '../../core/toolset.ts'
import { visibleLine } from '../terminal/visible.ts'
import { agentNames } from './agent-names.ts'
import { isHidden } from './refuse.ts'

interface Completion {
  readonly word: string
  readonly meaning: string
}

const FILES = 'files'

/** Prints completions for the last of `words`. On any error it prints none. */
export async function complete(program: Command, words: readonly string[]): Promise<void> {
  const unfinished = words.at(-1) ?? ''
  const found = await candidates(program, words.slice(0, -1), unfinished).catch(() => [])
  if (found === FILES) {
    process.stdout.write(`${FILES}\n`)
    return
  }
  const lines = found
    .filter(({ word }) => word.startsWith(unfinished))
    .map(({ word, meaning }) => `${word}\t${visibleLine(meaning)}`)
  process.stdout.write(['words', ...lines, ''].join('\n'))
}

async function candidates(
  program: Command,
  before: readonly string[],
  unfinished: string,
): Promise<readonly Completion[] | typeof FILES> {
  const { command, values, open } = walk(program, before)
  if (open) return valuesOf(open)
  if (unfinished.startsWith('-')) return flagsOf(command)
  const last = command.registeredArguments.at(-1)
  const argument = command.registeredArguments[values.length] ?? (last?.variadic ? last : undefined)
  const name = argument?.name()
  if (name === 'file' || name === 'files') return FILES
  if (name === 'agent') return agentNames(settingsIn(before))
  const choices = argument?.argChoices ?? []
  const commands = values.length > 0 ? [] : command.commands.filter((one) => !isHidden(one.name()))
  return [
    ...choices.map((word) => ({ word, meaning: '' })),
    ...commands.map((one) => ({ word: one.name(), meaning: one.summary() })),
  ]
}

/** Finds the command in the words, its arguments, and a flag that still needs its value. */
function walk(program: Command, words: readonly string[]) {
  let command = program
  let values: string[] = []
  let open: Option | undefined
  for (const word of words) {
    if (open) {
      open = undefined
    } else if (word.startsWith('-')) {
      open = command.options.find(
        ({ long, short, required }) => required && [long, short].includes(word),
      )
    } else {
      const inner: Command | undefined = command.commands.find((one) => one.name() === word)
      if (inner && values.length === 0) command = inner
      else values = [...values, word]
    }
  }
  return { command, values, open }
}

function valuesOf(option: Option): readonly Completion[] | typeof FILES {
  const known: Readonly<Record<string, readonly string[]>> = {
    '--log': ['error', 'warn', 'info', 'debug'],
    '--toolsets': [...TOOLSETS, 'all'],
    '--host': ['127.0.0.1', '0.0.0.0'],
  }
  const words = known[option.long ?? '']
  if (words) return words.map((word) => ({ word, meaning: '' }))
  return option.long === '--home' ? FILES : []
}

function flagsOf(command: Command): readonly Completion[] {
  return [
    ...command.options.filter(({ hidden }) => !hidden),
    { long: '--help', description: 'show the help' },
  ].flatMap(({ long, description }) => (long ? [{ word: long, meaning: description }] : []))
}

/** Settings given as flags in the words. */
function settingsIn(words: readonly string[]): Readonly<Record<string, string>> {
  const settings: Record<string, string> = {}
  for (const name of ['home', 'database', 'namespace']) {
    const value = words[words.indexOf(`--${name}`) + 1]
    if (words.includes(`--${name}`) && value !== undefined) settings[name] = value
  }
  return settings
}
