/** Properties of an embedding model, as far as they are known. */
export interface EmbeddingModel {
  readonly queryPrefix: string
  readonly passagePrefix: string
  /** null: not known. */
  readonly dimension: number | null
  /**
   * The model is trained so that a prefix of a vector is a valid shorter vector; servers shorten it by `dimensions`.
   */
  readonly canBeShortened: boolean
  /** Weight of the vector ranking relative to keyword ranking; 1: equal. */
  readonly weight: number
}

interface Row extends Partial<EmbeddingModel> {
  /** Matches the name without its owner, in lower case. */
  readonly name: RegExp
}

const UNKNOWN: EmbeddingModel = {
  queryPrefix: '',
  passagePrefix: '',
  dimension: null,
  canBeShortened: true,
  weight: 1,
}

const NOT_SHORTENED = { canBeShortened: false }
const SEARCH_QUERY = 'Represent this sentence for searching relevant passages: '
const SEARCH_QUERY_CHINESE = '为这个句子生成表示以用于检索相关文章：'
const INSTRUCTION =
  'Instruct: Given a web search query, retrieve relevant passages that answer the query\n'
const E5 = { queryPrefix: 'query: ', passagePrefix: 'passage: ', ...NOT_SHORTENED }
const E5_INSTRUCT = { queryPrefix: `${INSTRUCTION}Query: `, ...NOT_SHORTENED }
const BGE = { queryPrefix: SEARCH_QUERY, ...NOT_SHORTENED }
const BGE_CHINESE = { queryPrefix: SEARCH_QUERY_CHINESE, ...NOT_SHORTENED }
const NOMIC = { queryPrefix: 'search_query: ', passagePrefix: 'search_document: ', dimension: 768 }
const ARCTIC = { queryPrefix: SEARCH_QUERY, ...NOT_SHORTENED }
const ARCTIC_2 = { queryPrefix: 'query: ' }
const QWEN = { queryPrefix: `${INSTRUCTION}Query:` }
const GEMMA = {
  queryPrefix: 'task: search result | query: ',
  passagePrefix: 'title: none | text: ',
  dimension: 768,
}

/** The first match counts. Values come from the model cards. */
const MODELS: readonly Row[] = [
  { name: /^text-embedding-3-small$/, dimension: 1536 },
  { name: /^text-embedding-3-large$/, dimension: 3072 },
  { name: /^text-embedding-ada-002$/, dimension: 1536, ...NOT_SHORTENED },
  { name: /^gemini-embedding-001$/, dimension: 3072 },
  { name: /^mistral-embed$/, dimension: 1024, ...NOT_SHORTENED },
  { name: /^multilingual-e5-large-instruct/, dimension: 1024, ...E5_INSTRUCT },
  { name: /^e5-mistral-7b-instruct/, dimension: 4096, ...E5_INSTRUCT },
  { name: /^(?:multilingual-)?e5-small/, dimension: 384, ...E5 },
  { name: /^(?:multilingual-)?e5-base/, dimension: 768, ...E5 },
  { name: /^(?:multilingual-)?e5-large/, dimension: 1024, ...E5 },
  { name: /^bge-m3/, dimension: 1024, ...NOT_SHORTENED },
  { name: /^bge-small-zh/, dimension: 512, ...BGE_CHINESE },
  { name: /^bge-base-zh/, dimension: 768, ...BGE_CHINESE },
  { name: /^bge-large-zh/, dimension: 1024, ...BGE_CHINESE },
  { name: /^bge-small/, dimension: 384, ...BGE },
  { name: /^bge-base/, dimension: 768, ...BGE },
  { name: /^bge-large/, dimension: 1024, ...BGE },
  { name: /^nomic-embed-text-v1$/, ...NOMIC, ...NOT_SHORTENED },
  { name: /^nomic-embed-text/, ...NOMIC },
  { name: /^mxbai-embed-large/, dimension: 1024, queryPrefix: SEARCH_QUERY },
  { name: /^snowflake-arctic-embed-l-v2|^snowflake-arctic-embed2/, dimension: 1024, ...ARCTIC_2 },
  { name: /^snowflake-arctic-embed-m-v2/, dimension: 768, ...ARCTIC_2 },
  { name: /^snowflake-arctic-embed/, ...ARCTIC },
  { name: /^qwen3-embedding[-:]0\.6b/, dimension: 1024, ...QWEN },
  { name: /^qwen3-embedding[-:]4b/, dimension: 2560, ...QWEN },
  { name: /^qwen3-embedding[-:]8b/, dimension: 4096, ...QWEN },
  { name: /^qwen3-embedding/, ...QWEN },
  { name: /^embeddinggemma/, ...GEMMA },
  { name: /^all-minilm/, dimension: 384, ...NOT_SHORTENED },
]

/** For errors about handles that name only a provider. */
export const EXAMPLE_MODELS: Readonly<Record<string, string>> = {
  openai: 'text-embedding-3-small',
  google: 'gemini-embedding-001',
  mistral: 'mistral-embed',
  ollama: 'nomic-embed-text',
  openrouter: 'openai/text-embedding-3-small',
  local: 'all-minilm-l6-v2',
}

/** `model` as in a handle: with or without its owner, in the spelling of Ollama or LM Studio. */
export function findEmbeddingModel(model: string): EmbeddingModel {
  const name = model.toLowerCase().split('/').at(-1) ?? ''
  const plain = name.replace(/^text-embedding-(?!3-|ada-)/, '')
  return { ...UNKNOWN, ...MODELS.find((row) => row.name.test(plain)) }
}
