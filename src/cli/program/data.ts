import type { Command } from 'commander'
import { createCommand } from './command.ts'
import { configOf } from './flags.ts'

export function backup(): Command {
  return createCommand({
    name: 'backup',
    summary: 'a consistent copy of the data, also while it is in use',
    about:
      'Writes a consistent copy of the SQLite database to <file>, which must not exist yet. Servers may go on ' +
      'meanwhile. To restore, stop all servers and put the copy where the data was.',
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
