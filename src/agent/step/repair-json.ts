/*
 * Repairs mistakes in JSON that can be fixed without changing the meaning. Nothing is added, so text that was cut off
 * stays invalid.
 */

/** The text with its mistakes repaired; it may still be no JSON. */
export function repairJson(text: string): string {
  return withoutFence(text).replace(TEXT_OR_STRAY_COMMA, (_, quoted: string | undefined) =>
    quoted === undefined ? '' : repairText(quoted),
  )
}

/**
 * Strings are matched whole, to keep the commas in them. An unclosed string is matched too; without that, matching
 * would be slow.
 */
const TEXT_OR_STRAY_COMMA = /("(?:[^"\\]|\\[\s\S]?)*"?)|,(?=\s*[}\]])/g

/** Raw control characters, and backslashes that begin no JSON escape. */
const TROUBLE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|\\(?![\s\S])|\\(\P{ASCII}|[\s\S])|\p{Cc}/gu
/** In a Windows path every backslash is literal, also before letters that could form an escape. */
const DRIVE_PATH = /(?:(?<![A-Za-z0-9\\])|(?<=\\[nrt]))[A-Za-z]:\\(?!\\)[^\s"<>|?*]*/g
/** Characters that need no escape: after a backslash they stand for themselves in shells and scripts. */
const MEANS_ITSELF = /[\P{ASCII}'$`!@<>,:;= ]/u

function repairText(quoted: string): string {
  if (isValid(quoted)) return quoted
  const withPaths = quoted.replace(DRIVE_PATH, (path: string, start: number) => {
    // A backslash before a quotation mark escapes that mark.
    const isQuoted = path.endsWith('\\') && quoted[start + path.length] === '"'
    const own = isQuoted ? path.slice(0, -1) : path
    return own.replace(/\\{1,2}/g, '\\\\') + path.slice(own.length)
  })
  return withPaths.replace(TROUBLE, (found: string, escaped: string | undefined) => {
    if (escaped !== undefined) return MEANS_ITSELF.test(escaped) ? escaped : `\\\\${plain(escaped)}`
    return plain(found)
  })
}

/** A control character as its JSON escape; any other character unchanged. */
function plain(text: string): string {
  const code = text.charCodeAt(0)
  return text.length === 1 && code < 0x20 ? JSON.stringify(text).slice(1, -1) : text
}

function isValid(quoted: string): boolean {
  try {
    JSON.parse(quoted)
    return true
  } catch {
    return false
  }
}

function withoutFence(text: string): string {
  const lines = text.trim().split('\n')
  const isFenced = lines.length > 2 && /^```(?:json)?\s*$/.test(lines[0] ?? '')
  return isFenced && lines.at(-1)?.trim() === '```' ? lines.slice(1, -1).join('\n') : text
}
