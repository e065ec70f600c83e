import { createHash } from 'node:crypto'
import type { Fields } from './speech.ts'

/** How far before a mark an older entry is looked for. */
const LOOKBACK = 20
/** Shorter beginnings are not cached. */
const MIN_TOKENS = 1024
const CHARACTERS_PER_TOKEN = 4

interface Place {
  readonly hash: string
  readonly tokens: number
  readonly isMarked: boolean
}

/** The prompt cache as documented: entries at marks, found by the hash of everything before them. */
export function createPromptCache() {
  const entries = new Set<string>()
  const input = { tokens: 0, cached: 0 }
  return {
    input,
    /** The share of the input that is read from the cache, and of what is written to it. */
    read(body: Fields): { readonly read: number; readonly written: number } {
      const places = placesOf(body)
      const marks = places.flatMap(({ isMarked }, index) => (isMarked ? [index] : []))
      const hit = marks
        .toReversed()
        .flatMap((mark) =>
          places
            .slice(Math.max(0, mark - LOOKBACK), mark + 1)
            .filter(({ hash }) => entries.has(hash)),
        )
        .reduce((most, { tokens }) => Math.max(most, tokens), 0)
      for (const mark of marks) {
        const { hash, tokens } = places[mark] ?? { hash: '', tokens: 0 }
        if (tokens >= MIN_TOKENS) entries.add(hash)
      }
      const total = places.at(-1)?.tokens ?? 0
      const end = places[marks.at(-1) ?? -1]?.tokens ?? 0
      input.tokens += total
      input.cached += hit
      if (total === 0) return { read: 0, written: 0 }
      return { read: hit / total, written: Math.max(0, end - hit) / total }
    },
  }
}

/** In the order in which they are hashed: tools, system, messages. A choice of tools and thinking belong to messages. */
function placesOf(body: Fields): readonly Place[] {
  const { tools = [], system = [], messages, model } = body
  const settings = JSON.stringify([body.tool_choice, body.thinking, body.output_config])
  const blocks: readonly [string, Fields][] = [
    ...tools.map((tool: Fields) => ['tool', tool]),
    ...system.map((block: Fields) => ['system', block]),
    ...messages.flatMap(({ role, content }: Fields) =>
      content.map((block: Fields) => [`${settings}${role}`, block]),
    ),
  ]
  let hash = String(model)
  let tokens = 0
  return blocks.map(([of, { cache_control: mark, ...block }]) => {
    const text = JSON.stringify(block)
    hash = createHash('sha256').update(`${hash}${of}${text}`).digest('hex')
    tokens += Math.ceil(text.length / CHARACTERS_PER_TOKEN)
    return { hash, tokens, isMarked: mark !== undefined }
  })
}
