import type { Command } from 'commander'
import { createCommand } from './command.ts'
import { configOf, DATA } from './flags.ts'

/* Commands for agent files. */

export function exportAgent(): Command {
  return createCommand({
    name: 'export',
    summary: 'writes an agent with all its memory as JSON',
    about:
      'Writes an agent, by id or exact name, with its memory, its history and its archives as JSON to <file>, which ' +
      'must not exist yet, or to stdout. Servers may keep running. Anyone who can read the file can read all that the ' +
      'agent remembers.',
    settings: [...DATA, 'agent'],
  })
    .argument('<agent>', 'id or exact name')
    .argument('[file]', 'the new file; default: stdout')
    .action(async (agent, file, given) => {
      const config = configOf(given)
      const { exportToFile } = await import('../commands/export.ts')
      await exportToFile(config, agent, file)
    })
}

export function importAgent(): Command {
  return createCommand({
    name: 'import',
    summary: 'creates an agent from an exported file',
    about:
      'Creates a new agent from a file that export wrote. Existing data is not changed. Servers may keep running; their ' +
      'writes wait while a large file is imported.',
    settings: [...DATA, 'embedding', 'agent', 'readOnly'],
  })
    .argument('<file>', 'a file written by export')
    .action(async (file, given) => {
      const config = configOf(given)
      const { importFromFile } = await import('../commands/import.ts')
      await importFromFile(config, file)
    })
}
