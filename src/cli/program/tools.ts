import type { Command } from 'commander'
import { ConfigError } from '../../core/config-error.ts'
import { createCommand } from './command.ts'
import { AS_JSON } from './facts.ts'
import { configOf, DATA } from './flags.ts'

const USAGE = 'recollect tool run <file>, recollect tool schema <file>'

/** Commands for those who write tools. */
export function tool(): Command {
  return createCommand({
    name: 'tool',
    summary: 'try a tool for agents from a file',
    about:
      'For functions in Python or TypeScript that agents will call. run runs one in its sandbox; schema shows what a ' +
      'model will be told of it. Nothing is stored. Details: docs/tools.md.',
  })
    .addCommand(run())
    .addCommand(schema())
    .action(() => {
      throw new ConfigError(`tool takes one of these: ${USAGE}.`)
    })
}

function run(): Command {
  return createCommand({
    name: 'run',
    summary: 'runs the function in a file',
    about:
      'Runs the function in <file> in its sandbox, and shows its result, what it printed, and what it would change in the ' +
      'memory of an agent. With --commit the change is stored.',
    settings: DATA,
  })
    .usage(`<file> [--args '{"city": "Oslo"}'] [--commit] [flags]`)
    .argument('<file>', 'a .py, .ts or .js file')
    .option('--args <json>', 'its arguments, as a JSON object')
    .option('--agent-state <agent>', 'the agent, by id or name, whose memory it sees')
    .option('--commit', 'store what it changes, and let it send and fetch')
    .option(...AS_JSON)
    .action(async (file, given) => {
      const config = configOf(given)
      const { runToolFile } = await import('../commands/tool.ts')
      await runToolFile(config, file, given)
    })
}

function schema(): Command {
  return createCommand({
    name: 'schema',
    summary: 'shows what a model is told of the function in a file',
    about: 'Reads name, description and JSON Schema from the source in <file>, without running it.',
  })
    .argument('<file>', 'a .py, .ts or .js file')
    .action(async (file) => {
      const { showToolSchema } = await import('../commands/tool.ts')
      await showToolSchema(file)
    })
}
