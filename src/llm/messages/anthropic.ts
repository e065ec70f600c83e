/** The API version that every server of Messages knows. */
export const ANTHROPIC_VERSION = '2023-06-01'

const HOST = /(?:^|\.)anthropic\.com$/

/** Whether an address is Anthropic's own, and no gateway. */
export function isAnthropic(baseUrl: string): boolean {
  return HOST.test(new URL(baseUrl).hostname)
}
