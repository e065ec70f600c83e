/*
 * Files of an agent that was exported as a folder: front matter, then entries under headings with their times. People
 * read them, git compares them, and a load reads them back as they were. All pure.
 */

const EXPORTED_KINDS = ['agent', 'block', 'passages', 'conversation'] as const
export type ExportedKind = (typeof EXPORTED_KINDS)[number]

export interface ExportedFile {
  readonly kind: ExportedKind
  /** Fields of the front matter. */
  readonly fields: Readonly<Record<string, unknown>>
  /** The text after the front matter. */
  readonly body: string
}

interface ExportedEntry {
  /** ISO 8601. Absent: words that somebody wrote above the first heading. */
  readonly at?: string
  /** The parts of the heading after the time. */
  readonly details: readonly string[]
  readonly text: string
}

const TIME = '[+-]?\\d{4,6}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z'
const HEADING = new RegExp(`^## (${TIME})((?: · [^\\n]*)?)$`)
/** Lines of a text that would be read as a heading, and those that were escaped before. */
const LIKE_HEADING = new RegExp(`^\\\\*## (?=${TIME})`, 'gm')
const ESCAPED = new RegExp(`^\\\\(?=\\\\*## ${TIME})`, 'gm')
const FRONT_MATTER = /^---\nrecollect: (\w+)\n((?:[^\n]*\n)*?)---\n/

/** A piece of a file. The pieces of a file come in its order, those of several files mixed. */
export interface FolderPiece {
  /** Path in the folder, without its ending. */
  readonly file: string
  /** How the file begins. */
  readonly head: string
  readonly text: string
}

/** JSON is YAML, too. */
export function frontMatter(kind: ExportedKind, fields: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
  return `---\nrecollect: ${kind}\n${lines.join('')}---\n`
}

export function writeEntry(at: string, details: readonly string[], text: string): string {
  const heading = ['', ...details].join(' · ')
  return `\n## ${at}${heading}\n\n${text.replace(LIKE_HEADING, '\\$&')}\n`
}

/** Undefined: it is no such file. */
export function readExportedFile(file: string): ExportedFile | undefined {
  // Git may change the ends of lines.
  const text = file.startsWith('---\r\n') ? file.replaceAll('\r\n', '\n') : file
  const match = FRONT_MATTER.exec(text)
  const kind = EXPORTED_KINDS.find((one) => one === match?.[1])
  if (!match || !kind) return undefined
  const fields = (match[2] ?? '').split('\n').flatMap((line) => {
    const [, name, value] = /^(\w+): (.*)$/.exec(line) ?? []
    return name === undefined || value === undefined ? [] : [[name, readValue(value)] as const]
  })
  return { kind, fields: Object.fromEntries(fields), body: text.slice(match[0].length) }
}

/** Somebody may have written a value without quotes. */
function readValue(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

export function readEntries(body: string): readonly ExportedEntry[] {
  const [before = '', ...parts] = body.split(new RegExp(`(?:^|\\n)(?=## ${TIME}(?: · |\\n|$))`))
  const entries = parts.map((part): ExportedEntry => {
    const end = part.indexOf('\n')
    const [, at = '', details = ''] = HEADING.exec(end < 0 ? part : part.slice(0, end)) ?? []
    const text = end < 0 ? '' : part.slice(end + 1)
    return {
      ...{ at, details: details.split(' · ').slice(1) },
      text: text.replace(/^\n/, '').replace(/\n$/, '').replace(ESCAPED, ''),
    }
  })
  return before.trim() === '' ? entries : [{ details: [], text: before.trim() }, ...entries]
}

const TAGS = 'tags: '
const EXPIRES = 'expires: '
const PLAIN_TAG = /^[^\s",·](?:[^\n",·]*[^\s",·])?$/

/** The parts of a passage's heading after its time. */
export function passageDetails(
  tags: readonly string[],
  expiresAt: string | null,
): readonly string[] {
  const quoted = tags.map((tag) => (PLAIN_TAG.test(tag) ? tag : quote(tag)))
  return [
    ...(expiresAt === null ? [] : [EXPIRES + expiresAt]),
    ...(quoted.length === 0 ? [] : [TAGS + quoted.join(', ')]),
  ]
}

/** Without the dot that separates details. */
const quote = (tag: string) => JSON.stringify(tag).replaceAll('·', '\\u00b7')

export function readPassageDetails(details: readonly string[]) {
  const after = (name: string) => details.find((one) => one.startsWith(name))?.slice(name.length)
  const tags = (after(TAGS) ?? '').match(/"(?:\\.|[^"\\])*"|[^\s",][^",]*/g) ?? []
  return {
    tags: tags.map((tag) => (tag.startsWith('"') ? String(readValue(tag)) : tag.trim())),
    expiresAt: after(EXPIRES) ?? null,
  }
}
