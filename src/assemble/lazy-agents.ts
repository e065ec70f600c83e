import { createAgentSearch } from '../agent/agents/find-agents.ts'
import { type FieldsOf, withLater } from '../core/later.ts'
import type { AgentsPort } from '../service/context.ts'
import type { Store } from '../storage/port/store.ts'

type AtHand = Pick<AgentsPort, 'list' | 'find'>
type Later = Omit<AgentsPort, keyof AtHand>

const LATER: FieldsOf<Later> = {
  askAside: true,
  attachBlock: true,
  compact: true,
  configure: true,
  copy: true,
  count: true,
  create: true,
  databaseTools: true,
  defaultTools: true,
  delete: true,
  detachBlock: true,
  get: true,
  inspect: true,
  messagesToEmbed: true,
  resetMessages: true,
  tags: true,
  update: true,
  walk: true,
}

/** Agents can be found at once; what shows and changes them is made at its first use. */
export function lazyAgents(store: Store, make: () => AgentsPort): AgentsPort {
  return withLater<AtHand, Later>(createAgentSearch(store), LATER, make)
}
