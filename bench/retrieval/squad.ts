import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Conversation, DataSet } from './data-set.ts'

/*
 * Questions about paragraphs in the form of SQuAD, such as XQuAD (github.com/google-deepmind/xquad), which has the same
 * in eleven languages. `--data` is one of its files, or the folder with all of them. A question's paragraph is its
 * evidence; the paragraphs of an article are one document.
 */

interface Squad {
  readonly data: readonly {
    readonly title?: string
    readonly paragraphs: readonly {
      readonly context: string
      readonly qas: readonly {
        readonly question: string
        readonly answers?: readonly { readonly text: string }[]
      }[]
    }[]
  }[]
}

export function readSquad(path: string): DataSet | undefined {
  const files = statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((file) => /^xquad\.\w+\.json$/.test(file))
        .map((file) => join(path, file))
    : [path].filter((file) => file.endsWith('.json'))
  const read = files.map((file) => ({ file, squad: readJson(file) }))
  if (read.length === 0 || !read.every(({ squad }) => isSquad(squad))) return undefined
  return {
    name: basename(path, '.json'),
    conversations: read.flatMap(({ file, squad }) =>
      isSquad(squad) ? [toConversation(basename(file, '.json'), squad)] : [],
    ),
    groups: {},
  }
}

function toConversation(name: string, { data }: Squad): Conversation {
  const articles = data.map(({ title, paragraphs }, article) => ({
    source: title ?? `article ${article + 1}`,
    paragraphs: paragraphs.map(({ context, qas }, place) => {
      return { id: `${article + 1}:${place + 1}`, context, qas }
    }),
  }))
  return {
    name,
    sessions: articles.map(({ source, paragraphs }) => ({
      source,
      turns: paragraphs.map(({ id, context }) => ({ id, text: context, role: 'user' })),
    })),
    questions: articles.flatMap(({ paragraphs }) =>
      paragraphs.flatMap(({ id, qas }) =>
        qas.map(({ question, answers }) => ({
          text: question,
          category: name,
          ...(answers?.[0] && { answer: answers[0].text }),
          evidence: [id],
        })),
      ),
    ),
  }
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}

function isSquad(value: unknown): value is Squad {
  return (
    typeof value === 'object' &&
    value !== null &&
    'data' in value &&
    Array.isArray(value.data) &&
    value.data.every((article) => Array.isArray(article?.paragraphs))
  )
}
