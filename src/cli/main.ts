import { ConfigError, readConfig } from '../config.ts'
import { UserError } from '../core/errors.ts'
import { redactSecrets } from '../core/redact.ts'
import { VERSION } from '../core/version.ts'
import { type Arguments, readArguments } from './terminal/args.ts'
import { keepStdoutPure } from './terminal/stdout.ts'

/*
 * Every command loads what it needs itself: a client that starts us waits for `initialize`, and most of Recollect is
 * not needed for that.
 */

const MISUSE = 2
const FAILURE = 1

keepStdoutPure()
main(process.argv.slice(2)).catch((error: unknown) => {
  const known = error instanceof ConfigError || error instanceof UserError
  const text = known
    ? error.message
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error)
  // It may quote a key that was put into a setting of another kind.
  process.stderr.write(`recollect: ${redactSecrets(text, [])}\n`)
  process.exit(error instanceof ConfigError ? MISUSE : FAILURE)
})

async function main(argv: readonly string[]): Promise<void> {
  const args = readArguments(argv)
  if (args.version) {
    process.stdout.write(`${VERSION}\n`)
    return
  }
  if (args.help) {
    const { helpText } = await import('./terminal/help.ts')
    process.stdout.write(helpText(args.command))
    return
  }
  if (!args.command && process.stdin.isTTY) {
    const { helpText } = await import('./terminal/help.ts')
    process.stderr.write(helpText(undefined))
    return
  }
  await run(args)
}

async function run(args: Arguments): Promise<void> {
  const config = readConfig(args.settings)
  switch (args.command) {
    case undefined:
    case 'stdio': {
      const { stdio } = await import('./commands/stdio.ts')
      return stdio(config)
    }
    case 'serve': {
      const { serve } = await import('./commands/serve.ts')
      return serve(config, args)
    }
    case 'doctor': {
      const { doctor } = await import('./commands/doctor.ts')
      return doctor(config)
    }
    case 'stats': {
      const { stats } = await import('./commands/stats.ts')
      return stats(config)
    }
    case 'backup': {
      const { backup } = await import('./commands/backup.ts')
      return backup(config, args.positionals)
    }
    case 'export': {
      const { exportToFile } = await import('./commands/export.ts')
      return exportToFile(config, args.positionals)
    }
    case 'import': {
      const { importFromFile } = await import('./commands/import.ts')
      return importFromFile(config, args.positionals)
    }
    case 'migrate': {
      const { migrate } = await import('./commands/migrate.ts')
      return migrate(args)
    }
    case 'token': {
      const { token } = await import('./commands/token.ts')
      return token(config, args)
    }
  }
}
