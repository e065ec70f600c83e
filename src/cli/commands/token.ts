import { openStorage, openTokens, type Tokens } from '../../app.ts'
import { type Config, ConfigError, secretsOf } from '../../config.ts'
import { SCOPES, type Scope } from '../../core/access.ts'
import { createLog } from '../../core/log.ts'
import type { Arguments } from '../terminal/args.ts'
import { readExpiry } from './token-expiry.ts'
import { tokenTable } from './token-table.ts'

const USAGE =
  'recollect token create --name <name>, recollect token list, recollect token revoke <id|name>'

/** All that a client needs to work with agents, and nothing that can't be taken back. */
const USUAL_SCOPES = 'read,chat,write'

const NAME = /^[^\p{Cc}]{1,64}$/u

type TokenArguments = Pick<Arguments, 'positionals' | 'newToken'>

/** Bearer tokens for clients over HTTP. */
export async function token(
  config: Config,
  { positionals: [what, ...rest], newToken }: TokenArguments,
): Promise<void> {
  switch (what) {
    case 'create': {
      if (rest.length > 0) break
      const access = readAccess(config, newToken)
      return withTokens(config, async (tokens) => {
        const { token, id } = await tokens.create(access)
        process.stdout.write(`${token}\n`)
        process.stderr.write(
          `This is the token "${access.name}" (${id}) for the namespace ${access.namespace}. It is shown this once and kept as a hash only.\n`,
        )
      })
    }
    case 'list':
      if (rest.length > 0) break
      return withTokens({ ...config, readOnly: true }, async (tokens) => {
        for (const line of tokenTable(await tokens.list(), Date.now())) {
          process.stdout.write(`${line}\n`)
        }
      })
    case 'revoke': {
      const [reference, ...more] = rest
      if (reference === undefined || more.length > 0) break
      return withTokens(config, async (tokens) => {
        const { name, id } = await tokens.revoke(reference)
        process.stderr.write(`The token "${name}" (${id}) is not taken any more.\n`)
      })
    }
  }
  throw new ConfigError(`token takes one of these: ${USAGE}.`)
}

async function withTokens(config: Config, work: (tokens: Tokens) => Promise<void>): Promise<void> {
  const storage = await openStorage(config)
  try {
    await work(await openTokens(storage, createLog(config.logLevel, secretsOf(config))))
  } finally {
    await storage.close()
  }
}

function readAccess(
  { namespace }: Config,
  { name = '', scopes = USUAL_SCOPES, expires }: Arguments['newToken'],
) {
  if (!NAME.test(name) || name.trim() !== name) {
    throw new ConfigError(
      `--name: found ${JSON.stringify(name)}, needed is a name of 1 to 64 characters, to know the token by.`,
    )
  }
  const expiresAt = expires === undefined ? null : readExpiry(expires, Date.now())
  return { name, namespace, scopes: readScopes(scopes), expiresAt }
}

function readScopes(list: string): readonly Scope[] {
  const names = list.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !SCOPES.some((scope) => scope === name))
  if (unknown === undefined) return SCOPES.filter((scope) => names.includes(scope))
  throw new ConfigError(
    `--scopes: found "${unknown}", allowed is a comma list out of ${SCOPES.join(', ')}.`,
  )
}
