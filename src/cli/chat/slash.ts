import { UserError } from '../../core/errors.ts'
import { nearest } from '../../core/nearest.ts'
import { inCommands } from '../terminal/in-commands.ts'
import { table } from '../terminal/table.ts'
import { visible } from '../terminal/visible.ts'
import type { Talk } from './follow.ts'
import { showPast } from './past.ts'

interface Slash {
  readonly help: string
  run(talk: Talk, rest: string): Promise<void> | void
}

/** Chosen by hand. */
const SHOWN_MESSAGES = 20

const COMMANDS: Readonly<Record<string, Slash>> = {
  help: {
    help: 'this list',
    run: ({ screen }) =>
      screen.note(
        [
          ...Object.entries(COMMANDS).map(([name, { help }]) => `/${name.padEnd(16)} ${help}`),
          'A line that ends with \\ goes on in the next. //text sends a message that begins with /.',
        ].join('\n'),
      ),
  },
  steps: {
    help: 'show or hide what the agent thinks and which tools it calls',
    run(talk) {
      talk.showsSteps = !talk.showsSteps
      talk.screen.note(talk.showsSteps ? 'Steps are shown.' : 'Steps are hidden.')
    },
  },
  memory: {
    help: 'its memory blocks; /memory <label> shows one',
    async run({ context, agent, screen }, label) {
      const { blocks } = await context.memory.read(agent.id, label || undefined)
      for (const { block } of blocks) {
        process.stdout.write(`${screen.paint('bold', block.label)}\n${visible(block.value)}\n`)
      }
    },
  },
  context: {
    help: 'what its next step would send, and what that costs',
    async run({ context, agent, screen }) {
      const { totalTokens, contextWindow, parts } = await context.agents.inspect(agent.id)
      const rows = parts.map(({ name, tokens, count }) => [name, String(tokens), String(count)])
      for (const line of table([['PART', 'TOKENS', 'COUNT'], ...rows])) screen.note(line)
      const share = Math.round((100 * totalTokens) / contextWindow)
      screen.note(
        `${totalTokens.toLocaleString('en')} of ${contextWindow.toLocaleString('en')} tokens (${share} %)`,
      )
    },
  },
  history: {
    help: 'what was said lately; /history 50 shows more',
    run: (talk, rest) => showPast(talk, Number.parseInt(rest, 10) || SHOWN_MESSAGES),
  },
  quit: { help: 'end the conversation, as Ctrl+D does', run: () => {} },
}

/** Parses a slash command; undefined for an ordinary message such as `/etc/hosts is broken`. */
export function readSlash(
  line: string,
): { readonly name: string; readonly rest: string } | undefined {
  const [, name, rest = ''] = /^\/([A-Za-z]+)(?:\s+(.*))?$/s.exec(line) ?? []
  return name === undefined ? undefined : { name: name.toLowerCase(), rest: rest.trim() }
}

export async function runSlash(talk: Talk, name: string, rest: string): Promise<void> {
  const command = COMMANDS[name]
  if (!command) {
    const meant = nearest(name, Object.keys(COMMANDS))
    return talk.screen.problem(
      `There is no /${name}.${meant === undefined ? '' : ` Did you mean /${meant}?`} /help lists all commands.`,
    )
  }
  try {
    await command.run(talk, rest)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    talk.screen.problem(inCommands(error.message))
  }
}
