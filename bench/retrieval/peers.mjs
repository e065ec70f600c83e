// Search libraries of others. In JavaScript, so that the type check needs none of them.
import { create, insertMultiple, search } from '@orama/orama'
import MiniSearch from 'minisearch'

/** As its documentation shows it: all words, fuzzy by a fifth, beginnings of words. */
export function openMiniSearch(turns) {
  const index = new MiniSearch({ fields: ['text'], searchOptions: { fuzzy: 0.2, prefix: true } })
  index.addAll(turns.map(({ text }, id) => ({ id, text })))
  return (question, limit) =>
    index
      .search(question)
      .slice(0, limit)
      .map(({ id }) => turns[id]?.id ?? '')
}

/** BM25 with English stemming; any word may match. */
export async function openOrama(turns) {
  const index = create({
    schema: { text: 'string' },
    components: { tokenizer: { stemming: true, language: 'english', stemmerSkipProperties: [] } },
  })
  await insertMultiple(
    index,
    turns.map(({ text }, id) => ({ id: String(id), text })),
  )
  return async (question, limit) => {
    const { hits } = await search(index, { term: question, limit, threshold: 1 })
    return hits.map(({ id }) => turns[Number(id)]?.id ?? '')
  }
}
