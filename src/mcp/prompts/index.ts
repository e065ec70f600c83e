import type { Offer } from '../offer.ts'
import type { Prompt } from './define-prompt.ts'
import { loadMemory } from './load-memory.ts'
import { saveSession } from './save-session.ts'
import { talkToAgent } from './talk-to-agent.ts'

export const ALL_PROMPTS: readonly Prompt[] = [talkToAgent, loadMemory, saveSession]

/** With only one agent, prompts have no `agent` argument. */
export function offeredPrompts({ agent }: Pick<Offer, 'agent'>): readonly Prompt[] {
  return agent === undefined ? ALL_PROMPTS : ALL_PROMPTS.map(forOneAgent)
}

function forOneAgent(prompt: Prompt): Prompt {
  return {
    ...prompt,
    arguments: prompt.arguments.filter(({ name }) => name !== 'agent'),
    write: (args, context, client) =>
      prompt.write({ ...args, agent: context.pinnedTo ?? '' }, context, client),
  }
}
