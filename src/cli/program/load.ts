import { type Command, Option } from 'commander'
import { LOAD_TARGETS } from '../../core/load.ts'
import { createCommand } from './command.ts'
import { configOf, DATA } from './flags.ts'

/** Brings documents and conversations from elsewhere into an agent's memory. */
export function load(): Command {
  return createCommand({
    name: 'load',
    summary: 'brings documents and conversations into an agent’s memory',
    about:
      'Loads a file, a folder or an https page into the memory of an agent: Markdown, text, HTML, PDF, Word, CSV, JSON, ' +
      'source code, or a zip of these. A folder is read with its folders, without what its .gitignore names. Loading the ' +
      'same again stores nothing twice, replaces what has changed, and retires what is gone; a stopped load continues ' +
      'where it was. Servers may keep running.',
    settings: [...DATA, 'embedding', 'log'],
  })
    .argument('<path|url>', 'a file, a folder, or an address that begins with https://')
    .requiredOption('--agent <agent>', 'id or exact name of the agent')
    .addOption(
      new Option(
        '--into <target>',
        'archive: passages to search; conversation: an export of chats (ChatGPT, Claude, Claude Code, JSON Lines) into recall memory; blocks: each file a memory block',
      )
        .choices([...LOAD_TARGETS])
        .default('archive'),
    )
    .option('--name <name>', 'source of the passages; default: name of the file or folder')
    .option('--watch', 'keep looking for changes of a folder, until Ctrl-C')
    .option('--dry-run', 'only tell what would be taken')
    .option('--json', 'answer in JSON, for programs')
    .action(async (what, { agent, ...given }) => {
      const config = configOf(given)
      const { load } = await import('../commands/load.ts')
      await load(config, what, { agent, ...given })
    })
}
