import { FILE_HEADERS_ONLY, formatPatch, type StructuredPatchHunk, structuredPatch } from 'diff'

/** Added and removed lines beyond which the shortest difference is not looked for: the time for it grows with their square. */
const MAX_EDITS = 500
const CONTEXT_LINES = 3

interface Side {
  readonly version: number
  readonly value: string
}

/** A unified diff that `patch` applies; of equal texts, its two header lines alone. */
export function diffValues(label: string, from: Side, to: Side): string {
  const headers = [`version ${from.version}`, `version ${to.version}`] as const
  const patch = structuredPatch(label, label, from.value, to.value, ...headers, {
    context: CONTEXT_LINES,
    maxEditLength: MAX_EDITS,
  })
  if (patch) return formatPatch(patch, FILE_HEADERS_ONLY)
  const empty = structuredPatch(label, label, '', '', ...headers)
  const hunks = [wholeHunk(from.value, to.value)]
  return formatPatch({ ...empty, hunks }, FILE_HEADERS_ONLY)
}

/** Takes all lines away and puts in the others. */
function wholeHunk(from: string, to: string): StructuredPatchHunk {
  const removed = structuredPatch('', '', from, '').hunks
  const added = structuredPatch('', '', '', to).hunks
  return {
    oldStart: 1,
    oldLines: removed[0]?.oldLines ?? 0,
    newStart: 1,
    newLines: added[0]?.newLines ?? 0,
    lines: [...removed, ...added].flatMap(({ lines }) => lines),
  }
}
