import { Unauthorized } from '../mcp/errors.ts'

/*
 * The token lives in this tab until it is closed. No cookie: on localhost all ports share them. No address: a browser
 * keeps those.
 */

const KEY = 'recollect-token'

export interface TokenBox {
  read(): string | null
  keep(token: string): void
  forget(): void
}

export function sessionToken(storage: Storage): TokenBox {
  return {
    read: () => storage.getItem(KEY),
    keep: (token) => storage.setItem(KEY, token),
    forget: () => storage.removeItem(KEY),
  }
}

/** The one-use code that `recollect open` puts into the fragment. Pure. */
export function codeIn(fragment: string): string | undefined {
  return /^#code=([A-Za-z0-9_-]+)$/.exec(fragment)?.[1]
}

/** Trades the code for the token. Rejects with Unauthorized, and the reason, if it is not taken. */
export async function redeem(code: string): Promise<string> {
  const response = await fetch('/page/token', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ code }),
  })
  const answer = await response.json()
  if (response.ok && typeof answer.token === 'string') return answer.token
  throw new Unauthorized(answer?.error?.message ?? 'The code was not taken.')
}
