import { Readability } from '@mozilla/readability'
import { parseHTML } from 'linkedom'
import { NodeHtmlMarkdown } from 'node-html-markdown'
import type { Section } from '../reading/cut.ts'
import { markdownSections } from './markdown.ts'

/** Readability takes the main article only; of a page with less than this share of its text in it, all is kept. Chosen by hand. */
const MIN_ARTICLE_SHARE = 0.5

/** Sections of a page, without its navigation where an article is found in it. Tables become Markdown. */
export function* htmlSections(html: string): Generator<Section> {
  // A piece of a page has neither, and its words would be lost.
  const isPiece = !/<(?:html|body)[\s>]/i.test(html)
  const { document } = parseHTML(isPiece ? `<html><body>${html}</body></html>` : html)
  for (const node of document.querySelectorAll('script, style, noscript, template, svg'))
    node.remove()
  const title = document.querySelector('title')?.textContent?.trim() ?? ''
  // The tag of the body may be left out.
  const root = textLength(document.body?.textContent) > 0 ? document.body : document.documentElement
  const body = root?.innerHTML ?? html
  const all = textLength(root?.textContent)
  const article = document.body ? new Readability(document).parse() : null
  const content =
    article?.content && textLength(article.textContent) >= MIN_ARTICLE_SHARE * all
      ? article.content
      : body
  yield* underTitle(title, markdownSections(toMarkdown(content)))
}

/** Browsers look no further for it. */
const CHARSET_BYTES = 1_024

/** The encoding that a page names in its beginning. Pure. */
export function charsetOf(html: Uint8Array): string | undefined {
  const beginning = Buffer.from(html.subarray(0, CHARSET_BYTES)).toString('latin1')
  return /<(?:meta|\?xml)[^>]+(?:charset|encoding)\s*=\s*["']?([\w:.-]+)/i.exec(beginning)?.[1]
}

export function toMarkdown(html: string): string {
  return NodeHtmlMarkdown.translate(html)
}

function* underTitle(title: string, sections: Iterable<Section>): Generator<Section> {
  for (const section of sections) {
    const isTitled = title === '' || section.headings[0] === title
    yield isTitled ? section : { ...section, headings: [title, ...section.headings] }
  }
}

function textLength(text: string | null | undefined): number {
  return (text ?? '').replaceAll(/\s+/g, ' ').trim().length
}
