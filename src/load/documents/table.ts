import { Readable } from 'node:stream'
import { parse } from 'csv-parse'
import type { ParseTask } from '../batch.ts'
import { beginningOf, decodeBeginning, textOf } from '../reading/content.ts'
import type { Section } from '../reading/cut.ts'
import { MAX_RECORD_BYTES } from '../reading/limits.ts'
import { Refused } from '../refused.ts'

/** Rows of a CSV or TSV file, each as lines of "column: value". The first row names the columns. */
export async function* tableRows(content: ParseTask['content']): AsyncGenerator<Section> {
  const first = decodeBeginning(await beginningOf(content, 65_536))
  const parser = Readable.from(textOf(content)).pipe(
    parse({
      ...{ bom: true, delimiter: delimiterOf(first), relax_column_count: true },
      ...{ relax_quotes: true, skip_empty_lines: true, max_record_size: MAX_RECORD_BYTES },
    }),
  )
  let columns: readonly string[] | undefined
  try {
    for await (const record of parser) {
      const row: readonly string[] = record
      if (columns === undefined) columns = row
      else yield { headings: [], text: describe(columns, row) }
    }
  } catch (error) {
    throw new Refused(`It is no table that can be read (${firstLine(error)}).`)
  }
}

function describe(columns: readonly string[], row: readonly string[]): string {
  return row
    .map((value, index) => `${columns[index] ?? `column ${index + 1}`}: ${value.trim()}`)
    .filter((_, index) => (row[index] ?? '').trim() !== '')
    .join('\n')
}

/** The one that stands most often in the first line. */
function delimiterOf(text: string): string {
  const [line = ''] = text.split('\n', 1)
  const count = (delimiter: string) => line.split(delimiter).length
  return [',', ';', '\t', '|'].reduce((best, one) => (count(one) > count(best) ? one : best))
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? ''
}
