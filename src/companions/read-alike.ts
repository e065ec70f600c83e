import { toTimestamp } from '../core/clock.ts'
import { estimateTokens } from '../core/estimate-tokens.ts'
import type { AgentId } from '../core/ids.ts'
import type { Passage } from '../core/passage.ts'
import { excerpt } from '../core/text.ts'
import { findSimilar } from '../memory/find-similar.ts'
import type { Store } from '../storage/port/store.ts'

/** Passages that may say the same or contradict each other. */
export interface Alike {
  /** Row of the last passage that was compared with the others. */
  readonly to: number
  readonly groups: readonly string[]
}

/* All chosen by hand. */
/** Passages compared for one window: each costs a search. */
const MAX_COMPARED = 200
const MAX_GROUPS = 10
const MAX_IN_GROUP = 3
const MAX_CHARACTERS = 400

/**
 * Compares the passages after that row with the others, one after another, as far as they fit. Those of documents are left out:
 * a document may say a thing twice.
 */
export async function readAlike(
  store: Store,
  agentId: AgentId,
  after: number,
  roomTokens: number,
  now: number,
): Promise<Alike> {
  const place = { source: '', after, at: toTimestamp(now), limit: MAX_COMPARED }
  const passages = await store.passages.inOrder(agentId, place)
  const shown = new Set<string>()
  const groups: string[] = []
  let to = after
  let tokens = 0
  for (const passage of passages) {
    const group = shown.has(passage.id) ? [] : await similarTo(store, agentId, passage)
    const text = group.length === 0 ? '' : renderGroup([passage, ...group])
    const size = estimateTokens(text)
    if (groups.length === MAX_GROUPS || (groups.length > 0 && tokens + size > roomTokens)) break
    to = passage.row
    if (text === '') continue
    for (const { id } of group) shown.add(id)
    groups.push(text)
    tokens += size
  }
  return { to, groups }
}

async function similarTo(
  store: Store,
  agentId: AgentId,
  passage: Passage,
): Promise<readonly Passage[]> {
  const [similar = []] = await findSimilar(store, { id: agentId }, [passage])
  return similar
    .filter(({ passage: other }) => other.id !== passage.id && other.source === '')
    .slice(0, MAX_IN_GROUP)
    .map((one) => one.passage)
}

function renderGroup(passages: readonly Passage[]): string {
  const lines = passages.map(
    ({ id, createdAt, text }) =>
      `- ${id}, ${createdAt.slice(0, 10)}: ${JSON.stringify(excerpt(text, MAX_CHARACTERS))}`,
  )
  return `${lines.join('\n')}\n`
}
