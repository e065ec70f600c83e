import { spawn } from 'node:child_process'
import { openStorage } from '../../app/data.ts'
import { openTokens } from '../../app/serve.ts'
import type { Config } from '../../config/config.ts'
import { secretsOf } from '../../config/secrets.ts'
import { SCOPES } from '../../core/access.ts'
import { toTimestamp } from '../../core/clock.ts'
import { UserError } from '../../core/errors.ts'
import { createLog } from '../../core/log.ts'
import { tell } from '../terminal/tell.ts'

/** A server that runs answers at once; chosen by hand. */
const PATIENCE_MILLISECONDS = 5_000
/** A token that is made for the page is valid for a working day; chosen by hand. */
const TOKEN_MILLISECONDS = 12 * 3_600_000

interface Opening {
  readonly host: string
  readonly port: number
  /** Writes the address to stdout instead of opening a browser. */
  readonly print?: boolean
}

/** Opens the page of the server that runs on this machine, signed in by a code that works once. */
export async function open(config: Config, { host, port, print = false }: Opening): Promise<void> {
  const origin = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  const code = await codeFrom(origin, config)
  const address = code === undefined ? `${origin}/` : `${origin}/#code=${code}`
  if (print) return tell(address)
  await showInBrowser(address, `${origin}/`)
}

/** Undefined: the server takes everybody on this machine. */
async function codeFrom(origin: string, config: Config): Promise<string | undefined> {
  const first = await ask(origin, config.token)
  const answer = first.status === 401 ? await ask(origin, await newToken(config)) : first
  const body = (await answer.json()) as { code?: string; error?: { message: string } }
  if (answer.ok) return body.code
  throw new UserError(
    'unauthorized',
    `The server at ${origin} gave no code: ${body.error?.message ?? answer.status}`,
  )
}

async function ask(origin: string, token: string | null): Promise<Response> {
  try {
    return await fetch(`${origin}/page/code`, {
      method: 'POST',
      headers: token === null ? {} : { Authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    })
  } catch {
    throw new UserError(
      'invalid_argument',
      `No server answers at ${origin}. Start it with recollect serve, or name another with --host and --port.`,
    )
  }
}

/** The owner of the data may give out tokens, so also one to the page. */
async function newToken(config: Config): Promise<string> {
  const storage = await openStorage(config)
  try {
    const tokens = await openTokens(storage, createLog(config.logLevel, secretsOf(config)))
    const now = Date.now()
    const { token } = await tokens.create({
      name: `page ${toTimestamp(now)}`,
      scopes: [...SCOPES],
      namespace: config.namespace,
      expiresAt: toTimestamp(now + TOKEN_MILLISECONDS),
    })
    return token
  } finally {
    await storage.close()
  }
}

/** Programs that open an address in the user's browser. */
const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

async function showInBrowser(address: string, shown: string): Promise<void> {
  const [program = 'xdg-open', ...args] = OPENERS[process.platform] ?? []
  const isOpened = await new Promise<boolean>((resolve) => {
    const child = spawn(program, [...args, address], { stdio: 'ignore', detached: true })
    child.once('error', () => resolve(false))
    child.once('spawn', () => resolve(true))
    child.unref()
  })
  if (isOpened) process.stderr.write(`Opened ${shown} in the browser.\n`)
  else tell(address)
}
