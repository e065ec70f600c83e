const LITERAL = /^([a-zA-Z]*)("""|'''|"|')([\s\S]*)\2$/
const ESCAPE = /\\(\n|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|[0-7]{1,3}|[\s\S])/g
const SHORT: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
}

/** The text of a string literal; undefined for one of bytes, or with values in it. Pure. */
export function stringOf(literal: string): string | undefined {
  const [, prefix = '', , body = ''] = LITERAL.exec(literal) ?? []
  if (!LITERAL.test(literal) || /[fbt]/i.test(prefix)) return undefined
  return /r/i.test(prefix) ? body : body.replace(ESCAPE, (_all, code: string) => unescaped(code))
}

function unescaped(code: string): string {
  const short = SHORT[code]
  if (short !== undefined) return short
  if (/^[uUx]./.test(code)) return String.fromCodePoint(Number.parseInt(code.slice(1), 16))
  if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8))
  return `\\${code}`
}
