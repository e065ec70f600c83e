import { isRecord } from '../core/is-record.ts'
import type { AgentFile } from './format/agent-file.ts'
import type { Bundle } from './format/bundle.ts'
import { parseJson, parsePart, readAgentFile, readTeamFile } from './format/read-file.ts'
import { LettaFile } from './letta/layout.ts'
import { fromLegacy, isLegacy } from './letta/legacy.ts'
import { readSupplement } from './letta/supplement.ts'
import { toBundle } from './letta/to-bundle.ts'

/** Reads a file of Recollect or Letta. Throws UserError that says where it is invalid and what to do. */
export function readBundle(text: string, now: string): Bundle {
  const value = parseJson(text)
  const team = readTeamFile(value)
  if (team)
    return ofRecollect(team.agents, { name: team.group.name, maxTurns: team.group.max_turns })
  if (isRecord(value) && isLegacy(value))
    return toBundle(parsePart(LettaFile, fromLegacy(value), ''), now)
  if (!isRecord(value) || !('agents' in value)) return ofRecollect([readAgentFile(value)])
  const bundle = toBundle(parsePart(LettaFile, value, ''), now)
  return value.recollect === undefined ? bundle : readSupplement(value, bundle)
}

function ofRecollect(files: readonly AgentFile[], group?: Bundle['group']): Bundle {
  const agents = files.map((file) => ({ file, blockKeys: [] }))
  return { agents, looseBlocks: [], tools: [], warnings: [], ...(group && { group }) }
}
