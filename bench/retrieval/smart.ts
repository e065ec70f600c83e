import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { DataSet, Turn } from './data-set.ts'

/*
 * Collections of documents in the form of the SMART system, such as Cranfield, CISI and CACM. `--data` is a folder with the
 * documents (cran.all.1400, CISI.ALL), the questions (*.qry, query.text)
 * and the judgements (cranqrel, CISI.REL, qrels.text).
 */

const DOCUMENTS = /\.all(\.\d+)?$/i
const QUESTIONS = /(\.qry|^query\.text)$/i
const JUDGEMENTS = /(qrel|\.rel|^qrels\.text)$/i

export function readSmart(path: string): DataSet | undefined {
  if (!statSync(path).isDirectory()) return undefined
  const files = readdirSync(path)
  const [documents, questions, judgements] = [DOCUMENTS, QUESTIONS, JUDGEMENTS].map((pattern) =>
    files.find((file) => pattern.test(file)),
  )
  if (!documents || !questions || !judgements) return undefined
  const turns = readRecords(join(path, documents)).map((record): Turn => {
    return { id: record.id, text: record.text, role: 'user' }
  })
  const known = new Set(turns.map(({ id }) => id))
  const asked = readRecords(join(path, questions))
  const relevant = readJudgements(join(path, judgements))
  const ids = new Set(asked.map(({ id }) => id))
  // The judgements of Cranfield count its questions, whatever their own numbers.
  const byPlace = [...relevant.keys()].some((id) => !ids.has(id))
  const withEvidence = asked.map(({ id, text }, index) => {
    const judged = relevant.get(byPlace ? String(index + 1) : id) ?? []
    return { text, category: 'all', evidence: judged.filter((document) => known.has(document)) }
  })
  return {
    name: basename(path),
    conversations: [
      {
        name: basename(path),
        sessions: [{ source: basename(path), turns }],
        questions: withEvidence.filter(({ evidence }) => evidence.length > 0),
      },
    ],
    groups: {},
  }
}

interface SmartRecord {
  readonly id: string
  readonly text: string
}

/** Title and text of each record that has any. */
function readRecords(path: string): readonly SmartRecord[] {
  const records = readFileSync(path, 'latin1')
    .split(/^\.I\s+/m)
    .slice(1)
  return records.flatMap((record) => {
    const [id = '', ...fields] = record.split(/^\.(?=[A-Z]\s*$)/m)
    const field = (name: string) =>
      fields
        .find((one) => one[0] === name)
        ?.slice(1)
        .trim() ?? ''
    const [title, body] = [field('T'), field('W')]
    const text = body.startsWith(title) ? body : `${title}\n${body}`
    return text.trim() === '' ? [] : [{ id: String(Number.parseInt(id, 10)), text: text.trim() }]
  })
}

/** Relevant documents by question. A grade below 0 says that a document is of no interest. */
function readJudgements(path: string): ReadonlyMap<string, readonly string[]> {
  const relevant = new Map<string, string[]>()
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [question, document, grade] = line.trim().split(/\s+/).map(Number)
    if (!question || !document || Number(grade) < 0) continue
    const key = String(question)
    relevant.set(key, [...(relevant.get(key) ?? []), String(document)])
  }
  return new Map([...relevant].map(([question, found]) => [question, [...new Set(found)]]))
}
