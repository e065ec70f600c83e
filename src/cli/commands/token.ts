import type { Tokens } from '../../app/app.ts'
import { openStorage } from '../../app/data.ts'
import { openTokens } from '../../app/serve.ts'
import type { Config } from '../../config/config.ts'
import { secretsOf } from '../../config/secrets.ts'
import { SCOPES, type Scope } from '../../core/access.ts'
import { ConfigError } from '../../core/config-error.ts'
import { createLog } from '../../core/log.ts'
import { type Asked, tell, tellJson } from '../terminal/tell.ts'
import { visible } from '../terminal/visible.ts'
import { readExpiry } from './token-expiry.ts'
import { tokenFacts, tokenTable } from './token-table.ts'

/* Manages bearer tokens for HTTP clients. */

/** Everything a client needs to work with agents, but nothing that cannot be undone. */
const USUAL_SCOPES = 'read,chat,write'

const NAME = /^[^\p{Cc}]{1,64}$/u

interface NewToken extends Asked {
  readonly name?: string
  readonly scopes?: string
  readonly expires?: string
}

export async function createToken(config: Config, asked: NewToken): Promise<void> {
  const access = readAccess(config, asked)
  await withTokens(config, async (tokens) => {
    const { token, id } = await tokens.create(access)
    if (asked.json) return tellJson({ token, id, ...access })
    tell(token)
    process.stderr.write(
      `This is the token "${visible(access.name)}" (${id}) for the namespace ${access.namespace}. It is shown this once and kept as a hash only.\n`,
    )
  })
}

export async function listTokens(config: Config, { json = false }: Asked): Promise<void> {
  await withTokens({ ...config, readOnly: true }, async (tokens) => {
    const all = await tokens.list()
    if (json) tellJson({ tokens: all.map(tokenFacts) })
    else for (const line of tokenTable(all, Date.now())) tell(line)
  })
}

export async function revokeToken(config: Config, reference: string): Promise<void> {
  await withTokens(config, async (tokens) => {
    const { name, id } = await tokens.revoke(reference)
    process.stderr.write(`The token "${visible(name)}" (${id}) is not taken any more.\n`)
  })
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
  { name = '', scopes = USUAL_SCOPES, expires }: NewToken,
) {
  if (name === '') {
    throw new ConfigError('--name is missing: recollect token create --name <name>.')
  }
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
