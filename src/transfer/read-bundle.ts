import { isRecord } from '../core/is-record.ts'
import type { Bundle } from './format/bundle.ts'
import { parseJson, parsePart, readAgentFile } from './format/read-file.ts'
import { LettaFile } from './letta/layout.ts'
import { fromLegacy, isLegacy } from './letta/legacy.ts'
import { readSupplement } from './letta/supplement.ts'
import { toBundle } from './letta/to-bundle.ts'

/** Reads a file of Recollect or Letta. Throws UserError that says where it is invalid and what to do. */
export function readBundle(text: string, now: string): Bundle {
  const value = parseJson(text)
  if (isRecord(value) && isLegacy(value))
    return toBundle(parsePart(LettaFile, fromLegacy(value), ''), now)
  if (!isRecord(value) || !('agents' in value)) return alone(value)
  const bundle = toBundle(parsePart(LettaFile, value, ''), now)
  return value.recollect === undefined ? bundle : readSupplement(value, bundle)
}

function alone(value: unknown): Bundle {
  const file = readAgentFile(value)
  return { agents: [{ file, blockKeys: [] }], looseBlocks: [], tools: [], warnings: [] }
}
