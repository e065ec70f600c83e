import { ConfigError } from './config-error.ts'

/** A secret of the operator that tools may send to one host, without ever seeing it. */
export interface ToolSecret {
  readonly name: string
  /** Lower case. */
  readonly host: string
  readonly value: string
}

const PAIR = /^([A-Za-z_][A-Za-z0-9_]{0,127})@([a-z0-9.-]{1,253})$/i

/**
 * Parses `RECOLLECT_TOOL_SECRETS`: `NAME@host` pairs, separated by commas; the values are the environment variables of
 * these names. Throws ConfigError, without a value in it.
 */
export function readToolSecrets(
  pairs: string | undefined,
  get: (name: string) => string | undefined,
): readonly ToolSecret[] {
  const written = (pairs ?? '').split(',').map((pair) => pair.trim())
  return written
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [, name = '', host = ''] = PAIR.exec(pair) ?? []
      if (name === '') {
        throw new ConfigError(
          `RECOLLECT_TOOL_SECRETS: found "${pair}", allowed are pairs such as GITHUB_TOKEN@api.github.com, separated by commas.`,
        )
      }
      const value = get(name)
      if (value === undefined || value === '') {
        throw new ConfigError(
          `RECOLLECT_TOOL_SECRETS: names ${name}, and there is no environment variable of that name. Set ${name}, or take it out.`,
        )
      }
      return { name, host: host.toLowerCase(), value }
    })
}
