import type { Command } from 'commander'
import { createCommand } from './command.ts'
import { configOf } from './flags.ts'

export function backup(): Command {
  return createCommand({
    name: 'backup',
    summary: 'makes a consistent copy of the data, even while servers run',
    about:
      'Writes a consistent copy of the SQLite database to <file>, which must not exist yet. Servers may keep running. ' +
      'The copy is verified; if the data is damaged, no copy is kept (exit 1).',
    settings: ['home', 'database', 'readOnly'],
  })
    .argument('<file>', 'where to write the copy')
    .action(async (file, given) => {
      const config = configOf(given)
      const { backup } = await import('../commands/backup.ts')
      await backup(config, file)
    })
}

export function migrate(): Command {
  return createCommand({
    name: 'migrate',
    summary: 'copies all data to another database',
    about:
      'Copies everything from one database to another and verifies the copy. The source is only read. An address is ' +
      'file:<path> or postgres://<user>@<host>/<database>; set its password as PGPASSWORD. The target must be empty. ' +
      'No server opens it before the copy is complete.\n\n' +
      'Stop the servers of the source first: their later writes are not in the copy. If interrupted, the same command ' +
      'resumes. Exit 1 if there is no complete copy.',
  })
    .usage('--from <url> --to <url>')
    .option('--from <url>', 'the source; it is only read')
    .option('--to <url>', 'the target')
    .action(async (given) => {
      const { migrate } = await import('../commands/migrate.ts')
      await migrate(given)
    })
}

export function restore(): Command {
  return createCommand({
    name: 'restore',
    summary: 'replaces the data with a backup',
    about:
      'Verifies <file>, written by recollect backup, and replaces the data with it. Stop all servers first: it refuses ' +
      'while one has the data open, and a server that starts meanwhile waits. The previous data is kept beside it ' +
      'under a name with the date.',
    settings: ['home', 'database'],
  })
    .argument('<file>', 'the backup')
    .action(async (file, given) => {
      const config = configOf(given)
      const { restore } = await import('../commands/restore.ts')
      await restore(config, file)
    })
}

export function salvage(): Command {
  return createCommand({
    name: 'salvage',
    summary: 'copies what is readable of a damaged file to a new one',
    about:
      'Copies every readable row of the SQLite file <damaged> to <new>, which must not exist yet, rebuilds the indexes, ' +
      'and reports what could not be read. <damaged> is not changed. Stop the servers first.',
  })
    .argument('<damaged>', 'the damaged file')
    .argument('<new>', 'the new file')
    .action(async (damaged, target) => {
      const { salvage } = await import('../commands/salvage.ts')
      await salvage(damaged, target)
    })
}

export function purge(): Command {
  return createCommand({
    name: 'purge',
    summary: 'removes old copies that restores and updates kept',
    about:
      'Lists the old copies that restores, updates and foreign -wal files left beside the data, asks, and removes them. ' +
      'They may contain data that was deleted since.',
    settings: ['home', 'database'],
  })
    .option('--yes', 'remove without asking')
    .action(async (given) => {
      const config = configOf(given)
      const { purge } = await import('../commands/purge.ts')
      await purge(config, given)
    })
}
