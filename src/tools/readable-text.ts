/** Elements whose content is not for reading. */
const SKIPPED = ['script', 'style', 'noscript', 'template', 'svg', 'nav', 'footer']
/** Elements that stay within a line; all others begin a new one. */
const INLINE = [
  'a',
  'abbr',
  'b',
  'code',
  'em',
  'i',
  'mark',
  'q',
  's',
  'small',
  'span',
  'strong',
  'sub',
  'sup',
  'u',
]
const NAME = /^\/?([a-z][a-z0-9]*)/i
/** The longest name of an element, with room to spare. Chosen by hand. */
const NAME_LENGTH = 20
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
}

/**
 * The words of a page in HTML, a line for each block, without what only machines read. Takes time linear in the text,
 * whatever it is: a page is untrusted. Pure.
 */
export function readableText(html: string): string {
  const lower = html.toLowerCase()
  const pieces: string[] = []
  for (let at = 0; at >= 0 && at < html.length; ) {
    const open = html.indexOf('<', at)
    pieces.push(html.slice(at, open < 0 ? undefined : open))
    if (open < 0) break
    const name = NAME.exec(lower.slice(open + 1, open + NAME_LENGTH))?.[1]
    if (html.startsWith('<!--', open)) at = after(html, '-->', open)
    else if (name === undefined && !/[!?]/.test(html[open + 1] ?? '')) {
      pieces.push('<')
      at = open + 1
    } else {
      const end = after(html, '>', open)
      if (name === undefined || !INLINE.includes(name)) pieces.push('\n')
      const isSkipped = name !== undefined && SKIPPED.includes(name) && html[open + 1] !== '/'
      at = isSkipped && end >= 0 ? lower.indexOf(`</${name}`, end) : end
    }
  }
  return decoded(pieces.join(''))
    .split('\n')
    .map((line) => line.replace(/[ \t\r\f\v\u00a0]+/g, ' ').trim())
    .filter((line) => line !== '')
    .join('\n')
}

/** Position after the next `mark`; -1: there is none. */
function after(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from)
  return found < 0 ? -1 : found + mark.length
}

function decoded(text: string): string {
  return text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,6});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return NAMED[name.toLowerCase()] ?? whole
    const code =
      name[1]?.toLowerCase() === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
