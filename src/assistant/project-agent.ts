import type { Agent } from '../core/agent.ts'
import { readId } from '../core/ids.ts'
import { PROMPTS } from '../generated/prompts.ts'
import type { Store } from '../storage/port/store.ts'

/** Tag of agents that the hooks created. */
const PROJECT_TAG = 'project'

/** Settings of a new project agent. */
export function projectAgent(name: string) {
  return {
    name,
    description: `What was learnt while working on ${name}`,
    tags: [PROJECT_TAG],
    persona: PROMPTS['project-persona'].trim().replace('{PROJECT}', () => name),
    blocks: [{ label: 'project', value: '', description: PROMPTS['project-description'].trim() }],
  }
}

export interface Wanted {
  /** RECOLLECT_AGENT, an id or a name; null for the project's agent. */
  readonly reference: string | null
  /** Name of the project. */
  readonly project: string
}

/** Finds the agent of a project: the named one, otherwise the one tagged for it, otherwise the only agent. */
export async function findProjectAgent(
  { agents }: Pick<Store, 'agents'>,
  { reference, project }: Wanted,
): Promise<Agent | undefined> {
  if (reference !== null) {
    const id = readId('agent', reference)
    const byId = id && (await agents.get(id))
    return byId ?? (await agents.named(reference, 1))[0]
  }
  const made = await agents.list({ tags: [PROJECT_TAG], limit: 50 })
  const [named] = await agents.named(project, 1)
  if (made.items.length > 0 || named) return made.items.at(-1) ?? named
  const { items } = await agents.list({ limit: 2 })
  return items.length === 1 ? items[0] : undefined
}
