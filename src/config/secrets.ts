import { secretsOfServer } from '../tool-servers/settings.ts'
import type { Config } from './config.ts'

/** Every value that must never be shown: keys, passwords and the token. */
export function secretsOf({
  providers,
  token,
  database,
  toolSecrets,
  toolServers,
  webSearch,
}: Config): readonly string[] {
  return [
    ...[...toolServers.servers.values()].flatMap((server) => secretsOfServer(server)),
    ...toolSecrets.map(({ value }) => value),
    ...(webSearch === null ? [] : [webSearch.key]),
    ...[...providers.values()].map(({ key }) => key),
    ...(token === null ? [] : [token]),
    ...(database.kind === 'postgres'
      ? [database.url, database.directUrl].flatMap((url) => (url ? passwordsOf(url) : []))
      : []),
  ]
}

/** The password both URL-encoded and decoded. */
function passwordsOf(url: string): readonly string[] {
  const { password, searchParams } = new URL(url)
  const all = [password, decodeURIComponent(password), searchParams.get('password') ?? '']
  return [...new Set(all)].filter((text) => text !== '')
}
