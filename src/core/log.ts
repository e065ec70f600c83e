import { createRedaction } from './redact.ts'

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Writes JSON lines to stderr; stdout belongs to JSON-RPC. */
export type Log = (
  level: LogLevel,
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void

/** Replaces every occurrence of `secrets` in a line. */
export function createLog(threshold: LogLevel, secrets: readonly string[]): Log {
  const redact = createRedaction(secrets)
  const most = LOG_LEVELS.indexOf(threshold)
  return (level, message, fields) => {
    if (LOG_LEVELS.indexOf(level) > most) return
    const line = JSON.stringify({ at: new Date().toISOString(), level, message, ...fields })
    process.stderr.write(`${redact(line).replace(UNESCAPED, asEscape)}\n`)
  }
}

/** Control characters and line separators that JSON does not escape but a terminal interprets. */
const UNESCAPED = /[\p{Cc}\p{Zl}\p{Zp}]/gu

function asEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** The text of any thrown value, for logs. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined
    ? error.message
    : `${error.message} (${describeError(error.cause)})`
}
