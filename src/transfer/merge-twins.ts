import { normalText } from '../core/text.ts'
import type { FilePassage } from './format/agent-file.ts'

/**
 * Merges passages of one archive whose text and source differ only in their Unicode normal form, since an archive holds
 * each text once. The first one is kept as written, with the tags and the uses of all. Pure.
 */
export function mergeTwins(passages: readonly FilePassage[]): readonly FilePassage[] {
  const kept = new Map<string, FilePassage>()
  const standIns = new Map<string, string>()
  for (const passage of passages) {
    const { text } = passage
    const source = normalText(passage.source)
    const key = JSON.stringify([source, normalText(text)])
    const first = kept.get(key)
    standIns.set(passage.id, first?.id ?? passage.id)
    kept.set(key, first ? merge(first, passage) : { ...passage, source })
  }
  const idOf = (id: string) => standIns.get(id) ?? id
  return [...kept.values()].map((passage) => relinked(passage, idOf))
}

/** Expires with the later of the two. Superseded only if the same passage superseded both, so no chain of supersessions can lead back to itself. */
function merge(first: FilePassage, twin: FilePassage): FilePassage {
  const { superseded_by, expires_at, last_found_at, ...rest } = first
  const times = [last_found_at, twin.last_found_at].filter((time) => time !== undefined)
  const lastsUntil =
    expires_at && twin.expires_at ? [expires_at, twin.expires_at].sort().at(-1) : undefined
  const lastFound = times.sort().at(-1)
  return {
    ...rest,
    tags: [...first.tags, ...twin.tags],
    found_count: first.found_count + twin.found_count,
    ...(superseded_by !== undefined && superseded_by === twin.superseded_by && { superseded_by }),
    ...(lastsUntil !== undefined && { expires_at: lastsUntil }),
    ...(lastFound !== undefined && { last_found_at: lastFound }),
  }
}

function relinked(passage: FilePassage, idOf: (id: string) => string): FilePassage {
  const { superseded_by, ...rest } = passage
  const next = superseded_by === undefined ? undefined : idOf(superseded_by)
  return next === undefined || next === passage.id ? rest : { ...rest, superseded_by: next }
}
