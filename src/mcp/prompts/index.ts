import type { Prompt } from './define-prompt.ts'
import { loadMemory } from './load-memory.ts'
import { saveSession } from './save-session.ts'
import { talkToAgent } from './talk-to-agent.ts'

export const ALL_PROMPTS: readonly Prompt[] = [talkToAgent, loadMemory, saveSession]
