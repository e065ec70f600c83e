import type { LoadedFile } from '../core/file.ts'
import type { Store } from '../storage/port/store.ts'

/** Passages read at once: some hundred kilobytes. Chosen by hand. */
const PASSAGES_AT_ONCE = 100

/** Lines of a file that follow one another. */
export interface LineBlock {
  /** Number of the first one, from 0. */
  readonly first: number
  readonly lines: readonly string[]
}

/** The text of a file as it was loaded, in order: that of its current passages, each heading once. */
export async function* linesOf(
  { passages }: Pick<Store, 'passages'>,
  { archiveId, name }: LoadedFile,
  at: string,
): AsyncGenerator<LineBlock> {
  let first = 0
  let after = 0
  let heading = ''
  for (;;) {
    const page = { after, at, limit: PASSAGES_AT_ONCE }
    const found = await passages.ofSource(archiveId, name, page)
    const lines: string[] = []
    for (const { text } of found) {
      const cut = withoutHeading(text, heading)
      heading = cut.heading
      if (first + lines.length > 0) lines.push('')
      lines.push(...cut.text.split('\n'))
    }
    if (lines.length > 0) yield { first, lines }
    first += lines.length
    const last = found.at(-1)
    if (!last || found.length < PASSAGES_AT_ONCE) return
    after = last.position
  }
}

/** Each passage begins with its headings, so that it is understood by itself. Pure. */
function withoutHeading(text: string, before: string) {
  const end = text.indexOf('\n\n')
  const heading = end > 0 && !text.slice(0, end).includes('\n') ? text.slice(0, end) : ''
  const isRepeated = heading !== '' && heading === before
  return { heading, text: isRepeated ? text.slice(end + 2) : text }
}
