import { type Command, Option } from 'commander'
import { createCommand } from './command.ts'
import { configOf, DATA } from './flags.ts'

/* Commands for agent files. */

export function exportAgent(): Command {
  return createCommand({
    name: 'export',
    summary: 'writes an agent with all its memory to a file or folder',
    about:
      'Writes an agent, by id or exact name, with its memory, its history and its archives as JSON to [file], which ' +
      'must not exist yet, or to stdout. With --format markdown it writes a folder of readable files, which git can ' +
      'compare: an earlier export of the agent in it is replaced. Servers may keep running. Anyone who can read the ' +
      'files can read all that the agent remembers.',
    settings: [...DATA, 'agent'],
  })
    .argument('<agent>', 'id or exact name')
    .argument(
      '[file]',
      'the new file or, for markdown, the folder; default: stdout, or the agent’s name',
    )
    .addOption(
      new Option(
        '--format <format>',
        'json: everything; af: an agent file of Letta; markdown: a folder for people and git',
      )
        .choices(['json', 'af', 'markdown'])
        .default('json'),
    )
    .action(async (agent, file, { format, ...given }) => {
      const config = configOf(given)
      if (format === 'markdown') {
        const { exportToFolder } = await import('../commands/export-folder.ts')
        return exportToFolder(config, agent, file)
      }
      const { exportToFile } = await import('../commands/export.ts')
      await exportToFile(config, agent, file, format)
    })
}

export function importAgent(): Command {
  return createCommand({
    name: 'import',
    summary: 'creates agents from exported files',
    about:
      'Creates new agents from files that export or Letta (.af) wrote. Existing data is not changed. Servers may keep ' +
      'running; their writes wait while a large file is imported.',
    settings: [...DATA, 'embedding', 'agent', 'readOnly'],
  })
    .argument('<files...>', 'files written by export, or of Letta')
    .action(async (files, given) => {
      const config = configOf(given)
      const { importFromFiles } = await import('../commands/import.ts')
      await importFromFiles(config, files)
    })
}
