import type { Agent } from '../core/agent.ts'
import { readId } from '../core/ids.ts'
import { PROMPTS } from '../generated/prompts.ts'
import type { Store } from '../storage/port/store.ts'

/** Set for the agent that the hooks made. */
const PROJECT_TAG = 'project'

/** As it is made. */
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
  /** RECOLLECT_AGENT: an id or a name; null: the project's. */
  readonly reference: string | null
  /** What the project is called. */
  readonly project: string
}

/** The agent that remembers for a project: the one that is named, else the one made for it, else the only one there is. */
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
