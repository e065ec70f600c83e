/**
 * Whether a tool returned the value in a rule. Both are text: a tool that returns `42`, `true` or `"yes"` returns JSON
 * for the values 42, true and yes. Booleans in Python's spelling count too.
 */
export function sameValue(returned: string, written: string): boolean {
  const [one, other] = [returned.trim(), written.trim()]
  if (one === other) return true
  if (BOOLEAN.test(one)) return one.toLowerCase() === other.toLowerCase()
  const value = parse(one)
  if (typeof value === 'string') return value.trim() === other
  return (
    typeof value === 'number' && isExact(value) && NUMBER.test(other) && value === Number(other)
  )
}

const BOOLEAN = /^(true|false)$/i
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/

/** Beyond this, two different numbers may be equal once parsed. */
function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
