import type { ReservedParameter } from '../signature.ts'

const RESERVED: Readonly<Record<string, ReservedParameter>> = {
  agentState: 'agent_state',
  agent_state: 'agent_state',
  agentId: 'agent_id',
  agent_id: 'agent_id',
  client: 'client',
}

/** The reserved parameter that a name stands for, in either spelling. */
export function reservedName(name: string): ReservedParameter | undefined {
  return Object.hasOwn(RESERVED, name) ? RESERVED[name] : undefined
}
