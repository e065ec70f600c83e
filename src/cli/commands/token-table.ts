import type { Tokens } from '../../app/app.ts'
import { table } from '../terminal/table.ts'

type Token = Awaited<ReturnType<Tokens['list']>>[number]

/** Tokens as a table for people. */
export function tokenTable(tokens: readonly Token[], now: number): readonly string[] {
  const head = ['NAME', 'SCOPES', 'NAMESPACE', 'CREATED', 'USED', 'STATE', 'ID']
  return table([head, ...tokens.map((token) => rowOf(token, now))])
}

/** A token as JSON for programs. */
export function tokenFacts({ id, name, scopes, namespace, ...times }: Token) {
  return {
    id,
    name,
    scopes,
    namespace,
    created_at: times.createdAt,
    last_used_at: times.lastUsedAt,
    expires_at: times.expiresAt,
    revoked_at: times.revokedAt,
  }
}

function rowOf(token: Token, now: number): readonly string[] {
  const { name, scopes, namespace, createdAt, lastUsedAt, id } = token
  const used = lastUsedAt === null ? 'never' : dayOf(lastUsedAt)
  return [name, scopes.join(','), namespace, dayOf(createdAt), used, stateOf(token, now), id]
}

function stateOf({ revokedAt, expiresAt }: Token, now: number): string {
  if (revokedAt !== null) return `revoked ${dayOf(revokedAt)}`
  if (expiresAt === null) return 'good'
  return Date.parse(expiresAt) <= now ? `expired ${dayOf(expiresAt)}` : `until ${dayOf(expiresAt)}`
}

function dayOf(time: string): string {
  return time.slice(0, 10)
}
