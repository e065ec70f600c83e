import type { Command } from 'commander'
import { createCommand } from './command.ts'
import { configOf } from './flags.ts'

export function backup(): Command {
  return createCommand({
    name: 'backup',
    summary: 'a consistent copy of the data, also while it is in use',
    about:
      'Writes a consistent copy of the SQLite database to <file>, which must not exist yet. Servers may go on ' +
      'meanwhile. The copy is checked; a copy of damaged data is no backup and is not kept (exit 1).',
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
    summary: 'all data from one database to another',
    about:
      'Copies everything from one database into another, compares the two, and leaves the first as it is. An address ' +
      'is file:<path> or postgres://<user>@<host>/<database>, whose password is better set as PGPASSWORD. The target ' +
      'must hold nothing yet; a server opens it when the copy is finished and not before.\n\n' +
      'Stop the servers of the source first: what they write after this has begun is not in the copy. Stopped ' +
      'half-way, the same command goes on where it was. Exit 1 when there is no complete copy.',
  })
    .usage('--from <url> --to <url>')
    .option('--from <url>', 'what is copied; it is only read')
    .option('--to <url>', 'where to')
    .action(async (given) => {
      const { migrate } = await import('../commands/migrate.ts')
      await migrate(given)
    })
}

export function restore(): Command {
  return createCommand({
    name: 'restore',
    summary: 'puts a backup in the place of the data',
    about:
      'Checks <file>, which recollect backup wrote, and puts it in the place of the data. Stop all servers first: it ' +
      'refuses while one has the data open, and one that is started meanwhile waits. What was there before is kept ' +
      'beside it under a name with the date.',
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
    summary: 'what can still be read of a damaged file, in a new one',
    about:
      'Copies every row of the SQLite file <damaged> that can still be read into <new>, which must not exist yet, makes ' +
      'the indexes anew, and says what could not be read. <damaged> stays as it is. Stop the servers first.',
  })
    .argument('<damaged>', 'the damaged file')
    .argument('<new>', 'where to write what can be read')
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
      'Lists what restores, updates and a -wal that did not fit left beside the data, asks, and removes it. What was ' +
      'deleted since may still stand in those files.',
    settings: ['home', 'database'],
  })
    .option('--yes', 'remove without asking')
    .action(async (given) => {
      const config = configOf(given)
      const { purge } = await import('../commands/purge.ts')
      await purge(config, given)
    })
}
