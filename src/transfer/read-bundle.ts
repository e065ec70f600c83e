import { isRecord } from '../core/is-record.ts'
import type { AgentFile } from './format/agent-file.ts'
import type { Bundle, BundledGroup } from './format/bundle.ts'
import { parseJson, parsePart, readAgentFile, readTeamFile } from './format/read-file.ts'
import { toolsIn } from './format/read-file-tool.ts'
import { toBundledGroup } from './format/read-team.ts'
import { LettaFile } from './letta/layout.ts'
import { fromLegacy, isLegacy } from './letta/legacy.ts'
import { readSupplement } from './letta/supplement.ts'
import { toBundle } from './letta/to-bundle.ts'

/** Reads a file of Recollect or Letta. Throws UserError that says where it is invalid and what to do. */
export function readBundle(text: string, now: string): Bundle {
  const value = parseJson(text)
  const team = readTeamFile(value)
  if (team) return ofRecollect(team.agents, [toBundledGroup(team.group, team.agents)])
  if (isRecord(value) && isLegacy(value))
    return toBundle(parsePart(LettaFile, fromLegacy(value), ''), now)
  if (!isRecord(value) || !('agents' in value)) return ofRecollect([readAgentFile(value)])
  const bundle = toBundle(parsePart(LettaFile, value, ''), now)
  return value.recollect === undefined ? bundle : readSupplement(value, bundle)
}

function ofRecollect(agents: readonly AgentFile[], groups: readonly BundledGroup[] = []): Bundle {
  return { agents, groups, looseBlocks: [], tools: toolsIn(agents), warnings: [] }
}
