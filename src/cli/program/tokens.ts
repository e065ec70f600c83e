import type { Command } from 'commander'
import { ConfigError } from '../../config.ts'
import { createCommand } from './command.ts'
import { AS_JSON } from './facts.ts'
import { configOf, DATA } from './flags.ts'

const USAGE =
  'recollect token create --name <name>, recollect token list, recollect token revoke <id|name>'

/** Commands for bearer tokens of HTTP clients. */
export function token(): Command {
  return createCommand({
    name: 'token',
    summary: 'create, list or revoke tokens for clients over HTTP',
    about:
      'Tokens for clients over HTTP. create prints one on stdout, once; only a hash of it is kept. revoke counts at ' +
      'once, also for servers at work. docs/access.md tells more.',
  })
    .addCommand(create())
    .addCommand(list())
    .addCommand(revoke())
    .action(() => {
      throw new ConfigError(`token takes one of these: ${USAGE}.`)
    })
}

function create(): Command {
  return createCommand({
    name: 'create',
    summary: 'print a new one, once',
    about:
      'Prints a new token on stdout, once; only a hash of it is kept. --namespace gives it agents of its own.',
    settings: DATA,
  })
    .usage('--name <name> [--scopes read,chat,write] [--expires 30d] [flags]')
    .option('--name <name>', 'to know it by')
    .option(
      '--scopes <list>',
      'out of read, chat, write and admin; all that is not given is refused; read,chat,write if left out',
    )
    .option(
      '--expires <time>',
      'a number with m, h, d or w, or a date; if left out it is good until it is revoked',
    )
    .option(...AS_JSON)
    .action(async (given) => {
      const config = configOf(given)
      const { createToken } = await import('../commands/token.ts')
      await createToken(config, given)
    })
}

function list(): Command {
  return createCommand({
    name: 'list',
    summary: 'what is known of all of them',
    about: 'Lists tokens with their scopes, namespaces and when they were used.',
    settings: DATA,
  })
    .option(...AS_JSON)
    .action(async (given) => {
      const config = configOf(given)
      const { listTokens } = await import('../commands/token.ts')
      await listTokens(config, given)
    })
}

function revoke(): Command {
  return createCommand({
    name: 'revoke',
    summary: 'refuse one from now on',
    about: 'The token is refused from now on, also by servers at work.',
    settings: DATA,
  })
    .argument('<token>', 'its id, or its name')
    .action(async (reference, given) => {
      const config = configOf(given)
      const { revokeToken } = await import('../commands/token.ts')
      await revokeToken(config, reference)
    })
}
