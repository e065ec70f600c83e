import { LIMITS } from '../../core/limits.ts'
import { sliceCharacters } from '../../core/text.ts'
import type { LettaFile } from './layout.ts'

/** Characters up to which paragraphs are joined, and of the longest piece. Chosen by hand. */
const JOINED = 1_500
const LONGEST = 4_000

/** The texts of the file's documents, as passages of one archive; undefined: there are none. */
export function readFiles(
  { files, sources }: LettaFile,
  { ids, sourceIds }: { readonly ids: readonly string[]; readonly sourceIds: readonly string[] },
  time: string,
) {
  const own = (files ?? []).filter(
    ({ id, source_id }) => ids.includes(id) || (source_id && sourceIds.includes(source_id)),
  )
  const passages = own.flatMap((file, index) => {
    const name = file.file_name ?? file.original_file_name ?? file.id
    const pieces = [...new Set(cut(file.content ?? ''))]
    return pieces.map((text, place) => ({
      id: `file-${index}-${place}`,
      text,
      tags: [],
      source: sliceCharacters(name, 0, LIMITS.source),
      position: place + 1,
      created_at: time,
      found_count: 0,
    }))
  })
  if (passages.length === 0) return undefined
  const name = sources?.find(({ id }) => sourceIds.includes(id))?.name ?? 'Files'
  return { name, description: '', is_default: true, created_at: time, passages }
}

function cut(content: string): readonly string[] {
  const pieces: string[] = []
  for (const paragraph of content.split(/\n[ \t]*\n/)) {
    const text = paragraph.trim()
    if (text === '') continue
    const last = pieces.at(-1)
    if (last !== undefined && last.length + text.length < JOINED)
      pieces[pieces.length - 1] = `${last}\n\n${text}`
    else pieces.push(...slices(text))
  }
  return pieces
}

function slices(text: string): readonly string[] {
  const found: string[] = []
  for (let rest = [...text]; rest.length > 0; rest = rest.slice(LONGEST))
    found.push(rest.slice(0, LONGEST).join(''))
  return found
}
