import { config as configureParser } from 'zod'
import { readConfig } from '../config/read-config.ts'
import { ConfigError } from '../core/config-error.ts'
import { UserError } from '../core/errors.ts'
import { redactSecrets } from '../core/redact.ts'
import { isBrokenPipe, surviveBrokenPipes } from './terminal/broken-pipes.ts'
import { inCommands } from './terminal/in-commands.ts'
import { keepStdoutPure } from './terminal/stdout.ts'
import { visible } from './terminal/visible.ts'

/* Each command loads only the code it needs: a client that starts us waits for `initialize`. */

const MISUSE = 2
const FAILURE = 1

keepStdoutPure()
surviveBrokenPipes()

// To an assistant, exit code 2 means that a hook blocks it. Our hooks never do.
const isHook = process.argv[2] === 'hook'

main(process.argv.slice(2)).catch((error: unknown) => {
  if (isBrokenPipe(error)) process.exit(0)
  // An error may quote a key that was put into the wrong setting.
  const text = visible(redactSecrets(describe(error), []))
  process.stderr.write(`recollect: ${text}\n`, () =>
    process.exit(error instanceof ConfigError && !isHook ? MISUSE : FAILURE),
  )
})

async function main(argv: readonly string[]): Promise<void> {
  // Clients start us like this. Skip loading the command line parser.
  if (argv.length === 0 ? !process.stdin.isTTY : argv.length === 1 && argv[0] === 'stdio') {
    // It would compile code for each schema, which takes longer than all that a session over stdio has to parse.
    configureParser({ jitless: true })
    const { stdio } = await import('./commands/stdio.ts')
    return stdio(readConfig())
  }
  const [word, hook] = argv
  if (word === 'hook' && argv.length === 2 && isKnownHook(hook)) {
    const { runHook } = await import('./commands/hook.ts')
    return runHook(hook, {})
  }
  const { printHelp, runProgram } = await import('./program/index.ts')
  if (argv.length === 0) return printHelp(process.stderr)
  const { isDone } = await import('./program/command.ts')
  await runProgram(argv).catch((error: unknown) => {
    if (!isDone(error)) throw error
  })
}

/** The assistant waits for hooks too, so they also skip the parser. */
function isKnownHook(word: string | undefined): word is 'session-start' | 'stop' | 'pre-compact' {
  return word === 'session-start' || word === 'stop' || word === 'pre-compact'
}

function describe(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  if (error instanceof UserError) return inCommands(error.message)
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
