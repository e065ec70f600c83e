import { isRecord } from '../../core/is-record.ts'
import { Refused } from '../refused.ts'

/** Throws Refused for an agent in a file, of Recollect or of Letta: read as a document, most of it would be noise. */
export function refuseAgentFile(value: unknown): void {
  if (!isRecord(value)) return
  const isOurs = value.format === 'recollect-agent' || value.format === 'recollect-team'
  const isLetta = Array.isArray(value.agents) && 'blocks' in value
  // As Letta wrote it before 2025.
  const isOld = 'agent_type' in value && 'core_memory' in value
  if (isOurs || isLetta || isOld) {
    throw new Refused(
      'It is an agent file. Create the agent with import_agent or recollect import.',
    )
  }
}
