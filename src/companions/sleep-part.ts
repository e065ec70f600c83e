import type { DatabaseTool } from '../core/tool.ts'
import { PROMPTS } from '../generated/prompts.ts'
import type { Part } from './companion.ts'

/** The tool for notes, which it has if it is to write some. */
const NOTING: DatabaseTool = 'archival_memory_note'

export function sleepTools(writesNotes: boolean): readonly DatabaseTool[] {
  return writesNotes ? [...SLEEP_PART.tools, NOTING] : SLEEP_PART.tools
}

/** The sleep-time agent: memory tools alone. */
export const SLEEP_PART: Part = {
  kind: 'sleeptime',
  key: '',
  description: 'Tidies the memory of the agent whose blocks it shares.',
  system: PROMPTS['system-sleeptime'].trim(),
  tools: [
    'memory_insert',
    'memory_replace',
    'memory_rethink',
    'archival_memory_insert',
    'archival_memory_merge',
    'archival_memory_search',
  ],
  toolRules: [],
}
