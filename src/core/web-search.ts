import { ConfigError } from './config-error.ts'

/** Services that search the web for agents. Of several with a key, the first is used. */
const SERVICES = [
  { name: 'exa', keyVariable: 'EXA_API_KEY', baseUrlVariable: 'EXA_BASE_URL' },
  { name: 'tavily', keyVariable: 'TAVILY_API_KEY', baseUrlVariable: 'TAVILY_BASE_URL' },
] as const

const BASE_URLS = { exa: 'https://api.exa.ai', tavily: 'https://api.tavily.com' } as const

export interface WebSearchSettings {
  readonly service: (typeof SERVICES)[number]['name']
  /** An https address without a slash at its end. */
  readonly baseUrl: string
  readonly key: string
}

/** Null: no service has a key, so there is no web_search. Throws ConfigError, without a value in it. */
export function readWebSearch(get: (name: string) => string | undefined): WebSearchSettings | null {
  for (const { name, keyVariable, baseUrlVariable } of SERVICES) {
    const key = get(keyVariable)
    if (key === undefined) continue
    const baseUrl = get(baseUrlVariable) ?? BASE_URLS[name]
    const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
    if (url?.protocol !== 'https:' || url.username !== '' || url.search !== '') {
      throw new ConfigError(
        `${baseUrlVariable} is not the address of a service: it must begin with https:// and hold no user name and no query, like ${BASE_URLS[name]}.`,
      )
    }
    return { service: name, baseUrl: url.href.replace(/\/+$/, ''), key }
  }
  return null
}
