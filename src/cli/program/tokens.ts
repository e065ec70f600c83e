import type { Command } from 'commander'
import { ConfigError } from '../../core/config-error.ts'
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
      'Tokens for HTTP clients. create prints one on stdout, once; only its hash is stored. revoke takes effect at once, ' +
      'also in running servers. Details: docs/access.md.',
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
    summary: 'creates a token and prints it once',
    about:
      'Prints a new token on stdout, once; only its hash is stored. --namespace chooses the agents it can use.',
    settings: DATA,
  })
    .usage('--name <name> [--scopes read,chat,write] [--expires 30d] [flags]')
    .option('--name <name>', 'name of the token')
    .option('--scopes <list>', 'from read, chat, write and admin; default: read,chat,write')
    .option('--expires <time>', 'a number with m, h, d or w, or a date; default: never')
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
    summary: 'lists tokens',
    about: 'Lists tokens with scopes, namespace and time of last use.',
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
    summary: 'revokes a token',
    about: 'The token is refused from now on, also by running servers.',
    settings: DATA,
  })
    .argument('<token>', 'its id, or its name')
    .action(async (reference, given) => {
      const config = configOf(given)
      const { revokeToken } = await import('../commands/token.ts')
      await revokeToken(config, reference)
    })
}
