import { PROMPTS } from '../generated/prompts.ts'
import type { Part } from './companion.ts'

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
