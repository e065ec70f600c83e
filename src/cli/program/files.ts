import type { Command } from 'commander'
import { createCommand } from './command.ts'
import { configOf, DATA } from './flags.ts'

/* Commands for agent files. */

export function exportAgent(): Command {
  return createCommand({
    name: 'export',
    summary: 'an agent with all that it remembers, as JSON',
    about:
      'Writes an agent, by id or exact name, with its memory, its history and its archives as JSON to <file>, which ' +
      'must not exist yet, or to stdout. Servers may go on meanwhile. What it remembers is in the file for whoever can ' +
      'read it.',
    settings: [...DATA, 'agent'],
  })
    .argument('<agent>', 'id or exact name')
    .argument('[file]', 'where to write; stdout if it is left out')
    .action(async (agent, file, given) => {
      const config = configOf(given)
      const { exportToFile } = await import('../commands/export.ts')
      await exportToFile(config, agent, file)
    })
}

export function importAgent(): Command {
  return createCommand({
    name: 'import',
    summary: 'a new agent out of such a file',
    about:
      'Makes a new agent out of a file that export wrote. Nothing that exists is changed. Servers may go on meanwhile; ' +
      'while a large file is written into the data, their own writes wait.',
    settings: [...DATA, 'embedding', 'agent', 'readOnly'],
  })
    .argument('<file>', 'what export wrote')
    .action(async (file, given) => {
      const config = configOf(given)
      const { importFromFile } = await import('../commands/import.ts')
      await importFromFile(config, file)
    })
}
