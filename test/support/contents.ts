import type { AgentId } from '../../src/core/ids.ts'
import type { Page, PageRequest } from '../../src/core/page.ts'
import type { HitPage, Storage } from '../../src/storage/port/store.ts'
import { transferOf } from '../transfer/support.ts'
import { EMBEDDED_BY } from './lived-in.ts'
import { seededRandom } from './stores.ts'
import { embedAs, randomVector } from './vectors.ts'

const QUERIES = [
  'kettle in the garden',
  'kettel',
  'naïve violin',
  '図書館',
  'сад',
  'heron 3',
  'w17',
]

/** Everything that can be known of a namespace from outside, to compare two databases by. */
export async function contentsOf(storage: Storage, namespace: string, dimension: number) {
  const store = storage.in(namespace)
  const agents = await all((page) => store.agents.list(page))
  const transfer = transferOf(storage, undefined, namespace)
  const files = new Map<AgentId, string>()
  for (const { id } of agents) files.set(id, await fileOf(transfer, id))
  const runs = await all((page) => store.runs.list(page))
  const answers: (readonly [string, unknown])[] = []
  for (const { id, name } of agents) {
    if (!name.startsWith('Agent')) continue
    for (const { vector, ...search } of searches(dimension)) {
      const embed = vector && embedAs(EMBEDDED_BY, vector)
      const found = {
        passages: hits(await store.passages.search(id, search, embed)),
        messages: hits(await store.messages.search(id, search, embed)),
      }
      if (found.passages.length + found.messages.length === 0) continue
      answers.push([`${id} ${search.query} ${vector ? 1 : 0}`, found])
    }
  }
  return {
    agents,
    files,
    answers,
    runs,
    calls: await Promise.all(runs.map(({ id }) => store.runs.calls(id))),
    attachments: await Promise.all(agents.map(({ id }) => store.blocks.attachments(id))),
    counts: await storage.counts(namespace),
    archives: await store.archives.counts(),
    embeddings: (await storage.embeddings.counts()).filter((set) => set.namespace === namespace),
  }
}

function searches(dimension: number) {
  const random = seededRandom(7)
  return QUERIES.flatMap((query) => [
    { query, limit: 10, vector: undefined },
    { query, limit: 10, vector: randomVector(random, dimension) },
  ])
}

/** Scores as far as two databases agree on them. */
function hits<Item extends { readonly id: string }>({ items }: HitPage<Item>) {
  return items.map(({ item, score, foundBy }) => ({
    id: item.id,
    score: score?.toFixed(6),
    foundBy,
  }))
}

async function fileOf(transfer: ReturnType<typeof transferOf>, id: AgentId): Promise<string> {
  const pieces: string[] = []
  await transfer.writeAgent(id, (piece) => {
    pieces.push(piece)
  })
  return pieces.join('')
}

async function all<T>(list: (page: PageRequest) => Promise<Page<T>>): Promise<readonly T[]> {
  const items: T[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await list({ limit: 100, cursor })
    items.push(...page.items)
    if (page.nextCursor === undefined) return items
    cursor = page.nextCursor
  }
}
