/*
 * What models get wrong in JSON and what can be put right without changing what was meant. Nothing that is missing is
 * ever added, so what was cut off stays no JSON.
 */

/** The text with its slips put right; it may still be no JSON. */
export function repairJson(text: string): string {
  return withoutFence(text).replace(TEXT_OR_STRAY_COMMA, (_, quoted: string | undefined) =>
    quoted === undefined ? '' : repairText(quoted),
  )
}

/** Texts are matched whole, so that a comma in one of them stays; one without an end is, too, or this would be slow. */
const TEXT_OR_STRAY_COMMA = /("(?:[^"\\]|\\[\s\S]?)*"?)|,(?=\s*[}\]])/g

/** Control characters as they are, and backslashes that begin no escape of JSON. */
const TROUBLE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|\\(?![\s\S])|\\(\P{ASCII}|[\s\S])|\p{Cc}/gu
/** In a path of Windows every backslash is one, also before letters that would be escapes. */
const DRIVE_PATH = /(?:(?<![A-Za-z0-9\\])|(?<=\\[nrt]))[A-Za-z]:\\(?!\\)[^\s"<>|?*]*/g
/** Escaped where there is nothing to escape: behind a backslash they mean themselves in shells and scripts. */
const MEANS_ITSELF = /[\P{ASCII}'$`!@<>,:;= ]/u

function repairText(quoted: string): string {
  if (isValid(quoted)) return quoted
  const withPaths = quoted.replace(DRIVE_PATH, (path: string, start: number) => {
    // A backslash before a quotation mark belongs to that.
    const isQuoted = path.endsWith('\\') && quoted[start + path.length] === '"'
    const own = isQuoted ? path.slice(0, -1) : path
    return own.replace(/\\{1,2}/g, '\\\\') + path.slice(own.length)
  })
  return withPaths.replace(TROUBLE, (found: string, escaped: string | undefined) => {
    if (escaped !== undefined) return MEANS_ITSELF.test(escaped) ? escaped : `\\\\${plain(escaped)}`
    return plain(found)
  })
}

/** A control character as JSON writes it; all else as it is. */
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
