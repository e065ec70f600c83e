import { escapeTags } from '../agent/tools/escape-structure.ts'
import { estimateTokens } from '../core/estimate-tokens.ts'
import { fillTemplate } from '../core/fill-template.ts'
import type { AgentId } from '../core/ids.ts'
import { countCharacters, sliceCharacters } from '../core/text.ts'
import { PROMPTS } from '../generated/prompts.ts'
import type { RowedPassage, Store } from '../storage/port/store.ts'
import type { DigestRequest, Place } from './digest-request.ts'

/** One page of a source. */
export interface Page {
  readonly text: string
  /** Where the next one begins, and how many passages this one ends. */
  readonly next: Place & { readonly passages: number }
}

/** Passages read at once. Chosen by hand. */
const BATCH = 200
/** Characters per token below which hardly any text is, so that a part of a long passage fits. Chosen by hand. */
const CHARACTERS_PER_TOKEN = 2

/** The page at that place, of whole passages as far as they fit. Undefined: the source ends here. */
export async function readPage(
  store: Store,
  agentId: AgentId,
  source: string,
  place: Place,
  roomTokens: number,
  at: string,
): Promise<Page | undefined> {
  const search = { source, after: place.after, at, limit: BATCH }
  const passages = await store.passages.inOrder(agentId, search)
  const [first] = passages
  if (!first) return undefined
  const rest = sliceCharacters(first.text, place.offset, countCharacters(first.text))
  if (estimateTokens(rest) > roomTokens) return partOf(first, rest, place, roomTokens)
  let page: Page = endOf(first, [rest])
  const texts = [rest]
  let tokens = estimateTokens(rest)
  for (const passage of passages.slice(1)) {
    tokens += estimateTokens(passage.text)
    if (tokens > roomTokens) return page
    texts.push(passage.text)
    page = endOf(passage, texts)
  }
  return page
}

function endOf({ row }: Pick<RowedPassage, 'row'>, texts: readonly string[]): Page {
  return { text: texts.join('\n\n'), next: { after: row, offset: 0, passages: texts.length } }
}

function partOf(
  { row }: Pick<RowedPassage, 'row'>,
  rest: string,
  { after, offset }: Place,
  roomTokens: number,
): Page {
  const text = sliceCharacters(rest, 0, roomTokens * CHARACTERS_PER_TOKEN)
  const length = countCharacters(text)
  return length === countCharacters(rest)
    ? endOf({ row }, [text])
    : { text, next: { after, offset: offset + length, passages: 0 } }
}

/** The message that gives the page to its reader. */
export function renderPage(
  { text }: Page,
  number: number,
  { source, label, instruction }: DigestRequest,
): string {
  return fillTemplate(PROMPTS['digest-page'], {
    ...{ PAGE: String(number), SOURCE: source, LABEL: label },
    INSTRUCTION: instruction === '' ? '' : `\n${instruction}\n`,
    TEXT: escapeTags(text, ['page']),
  }).trim()
}
