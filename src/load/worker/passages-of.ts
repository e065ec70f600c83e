import { basename } from 'node:path'
import type { ParsedPassage, ParseTask } from '../batch.ts'
import { docxSections } from '../documents/docx.ts'
import { charsetOf, htmlSections } from '../documents/html.ts'
import { jsonPassages, linePassages } from '../documents/json.ts'
import { markdownSections } from '../documents/markdown.ts'
import { pdfSections } from '../documents/pdf.ts'
import { tableRows } from '../documents/table.ts'
import { decode, wholeOf } from '../reading/content.ts'
import { cut, DEFINITIONS, type Section } from '../reading/cut.ts'
import { exportedPassages } from '../stores/exported.ts'
import { readBasicMemory } from '../stores/stores.ts'
import type { FileKind } from './kinds.ts'

/** The passages of a file, in their order. */
export async function* passagesOf(task: ParseTask, kind: FileKind): AsyncGenerator<ParsedPassage> {
  switch (kind) {
    case 'json':
      yield* jsonPassages(task)
      return
    case 'lines':
      yield* linePassages(task)
      return
    case 'markdown': {
      const text = decode(await wholeOf(task.content))
      const notes = exportedPassages(text) ?? readBasicMemory(text)
      if (notes) yield* notes
      else yield* texts(markdownSections(text))
      return
    }
    case 'code': {
      const section = { headings: [basename(task.name)], text: decode(await wholeOf(task.content)) }
      for (const text of cut(section, DEFINITIONS)) yield { text }
      return
    }
    default:
      yield* texts(await sectionsOf(task, kind))
  }
}

async function sectionsOf(
  { content }: ParseTask,
  kind: Exclude<FileKind, 'json' | 'lines' | 'markdown' | 'code'>,
): Promise<Iterable<Section> | AsyncIterable<Section>> {
  if (kind === 'table') return tableRows(content)
  const bytes = await wholeOf(content)
  if (kind === 'pdf') return pdfSections(bytes)
  if (kind === 'docx') return docxSections(bytes)
  if (kind === 'html') return htmlSections(decode(bytes, charsetOf(bytes)))
  return [{ headings: [], text: decode(bytes) }]
}

async function* texts(
  sections: Iterable<Section> | AsyncIterable<Section>,
): AsyncGenerator<ParsedPassage> {
  for await (const section of sections) for (const text of cut(section)) yield { text }
}
