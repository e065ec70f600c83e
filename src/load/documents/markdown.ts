import { lexer } from 'marked'
import type { Section } from '../reading/cut.ts'

/** Facts about a text, between two lines of dashes at its beginning. */
const FRONT_MATTER = /^---\n([\s\S]*?)\n(?:---|\.\.\.)(?:\n|$)/

/** Sections of a Markdown text, by its headings. A heading in a code block is none. */
export function* markdownSections(given: string): Generator<Section> {
  const headings: string[] = []
  let body = ''
  const text = given.replaceAll('\r\n', '\n')
  const [front = '', facts = ''] = FRONT_MATTER.exec(text) ?? []
  // To Markdown the lower line of dashes makes a heading of it.
  if (facts.trim() !== '') yield { headings: [], text: facts }
  for (const token of lexer(text.slice(front.length))) {
    if (token.type !== 'heading') {
      body += token.raw
      continue
    }
    if (body.trim() !== '') yield { headings: [...headings], text: body }
    body = ''
    const depth: unknown = token.depth
    headings.length = Math.min(headings.length, Number(depth) - 1)
    while (headings.length < Number(depth) - 1) headings.push('')
    headings.push(plain(String(token.text)))
  }
  if (body.trim() !== '') yield { headings: [...headings], text: body }
}

/** Without links and emphasis, which say nothing in a path. */
function plain(heading: string): string {
  return heading
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*_`]+/g, '')
    .trim()
}
