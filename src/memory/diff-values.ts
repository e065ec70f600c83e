import { FILE_HEADERS_ONLY, formatPatch, type StructuredPatchHunk, structuredPatch } from 'diff'

/**
 * The shortest diff takes time quadratic in the number of edits, so a longer one replaces everything. Chosen by hand.
 */
const MAX_EDITS = 500
const CONTEXT_LINES = 3

interface Side {
  readonly version: number
  readonly value: string
}

/** A unified diff that `patch` applies; for equal texts, only the two header lines. Pure. */
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

/** Removes all lines and inserts the others. */
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
