import type { HitPage, Meaning, Storage, Store } from '../storage/port/store.ts'
import type { EmbedQuestion } from './embed-question.ts'

/** The same storage, whose searches with a query look for what it means too, where entries have vectors. */
export function searchByMeaning(storage: Storage, embedQuestion: EmbedQuestion): Storage {
  return {
    ...storage,
    in(namespace): Store {
      const store = storage.in(namespace)
      const embed: Embed = (handles, query) => embedQuestion(namespace, handles, query)
      return {
        ...store,
        messages: { ...store.messages, search: withMeaning(store.messages, embed) },
        passages: { ...store.passages, search: withMeaning(store.passages, embed) },
      }
    },
  }
}

type Embed = (handles: readonly string[], query: string) => ReturnType<EmbedQuestion>

interface Searches<Id, Search, Item> {
  search(agentId: Id, search: Search): Promise<HitPage<Item>>
  embeddings(agentId: Id): Promise<readonly string[]>
}

function withMeaning<Id, Search extends Meaning & { readonly query?: string | undefined }, Item>(
  searches: Searches<Id, Search, Item>,
  embed: Embed,
) {
  return async (agentId: Id, search: Search): Promise<HitPage<Item>> => {
    const { query } = search
    const handles = query === undefined ? [] : await searches.embeddings(agentId)
    if (query === undefined || handles.length === 0) return searches.search(agentId, search)
    const { questions, problems } = await embed(handles, query)
    const page = await searches.search(agentId, { ...search, questions })
    if (problems.length === 0) return page
    const said = problems.map(
      (problem) => `Found by words alone, as the question could not be embedded: ${problem}`,
    )
    return { ...page, warnings: [...said, ...(page.warnings ?? [])] }
  }
}
