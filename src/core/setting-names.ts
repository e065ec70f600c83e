import { nearest } from './nearest.ts'

/** All environment variables that Recollect reads. */
export const SETTING_NAMES: readonly string[] = [
  'RECOLLECT_HOME',
  'RECOLLECT_DATABASE_URL',
  'RECOLLECT_DATABASE_POOL',
  'RECOLLECT_DATABASE_DIRECT_URL',
  'RECOLLECT_MODEL',
  'RECOLLECT_EMBEDDING',
  'RECOLLECT_VECTOR_MEMORY_MB',
  'RECOLLECT_TOKEN',
  'RECOLLECT_NAMESPACE',
  'RECOLLECT_OAUTH_ISSUER',
  'RECOLLECT_OAUTH_AUDIENCE',
  'RECOLLECT_OAUTH_JWKS_URL',
  'RECOLLECT_OAUTH_NAMESPACE_CLAIM',
  'RECOLLECT_OAUTH_SCOPES',
  'RECOLLECT_OAUTH_SCOPE_PREFIX',
  'RECOLLECT_PUBLIC_URL',
  'RECOLLECT_ALLOWED_HOSTS',
  'RECOLLECT_CORS_ORIGINS',
  'RECOLLECT_MAX_REQUESTS_PER_MINUTE',
  'RECOLLECT_MAX_REQUESTS',
  'RECOLLECT_MAX_STREAMS',
  'RECOLLECT_MAX_RUN_TOKENS',
  'RECOLLECT_MAX_RUN_SECONDS',
  'RECOLLECT_LEASE_SECONDS',
  'RECOLLECT_CONCURRENT_RUNS',
  'RECOLLECT_TOOLSETS',
  'RECOLLECT_AGENT',
  'RECOLLECT_READ_ONLY',
  'RECOLLECT_LOG',
  'RECOLLECT_FETCH',
  'RECOLLECT_FILE_ROOTS',
  'RECOLLECT_TOOL_SERVERS',
  'RECOLLECT_TOOL_SECRETS',
  'RECOLLECT_MAX_TOKENS_PER_DAY',
  'RECOLLECT_HOOKS',
  'RECOLLECT_PROGRAM',
]

/** Kubernetes sets these variables for a service named recollect. */
const OF_A_SERVICE = /^RECOLLECT_(SERVICE_|PORT$|PORT_)/

/** One sentence for each variable that looks like a setting but is none. `others`: further settings, of providers. */
export function unknownSettings(
  names: readonly string[],
  others: readonly string[] = [],
): readonly string[] {
  return names
    .filter((name) => name.startsWith('RECOLLECT_'))
    .filter((name) => !SETTING_NAMES.includes(name) && !others.includes(name))
    .filter((name) => !OF_A_SERVICE.test(name))
    .map((name) => {
      const meant = nearest(shortName(name), [...SETTING_NAMES, ...others].map(shortName))
      const hint =
        meant === undefined
          ? 'README.md lists those that there are'
          : `did you mean RECOLLECT_${meant}`
      return `${name} is no setting and changes nothing; ${hint}${meant === undefined ? '.' : '?'}`
    })
}

/** Compared without the prefix, which would make all names look alike. */
function shortName(name: string): string {
  return name.slice('RECOLLECT_'.length)
}
