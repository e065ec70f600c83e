import type { Tokens } from '../../app.ts'

type Token = Awaited<ReturnType<Tokens['list']>>[number]

const HEAD = ['NAME', 'SCOPES', 'NAMESPACE', 'CREATED', 'USED', 'STATE', 'ID']

/** What is known of tokens, in columns. */
export function tokenTable(tokens: readonly Token[], now: number): readonly string[] {
  const rows = [HEAD, ...tokens.map((token) => rowOf(token, now))]
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
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
