import { useDesk } from './desk.ts'
import { agentUri, messagesUri } from './uris.ts'
import { type Loaded, useLoaded } from './use-loaded.ts'

export interface Evicted {
  readonly id: string
  readonly role: string
  readonly text: string
  readonly tokens: number
}

export interface ContextAccount {
  readonly context_window: number
  readonly total_tokens: number
  readonly parts: readonly {
    readonly name: string
    readonly tokens: number
    readonly count: number
  }[]
  readonly compacts_at: number
  readonly next_evicted: number
  readonly next_evicted_tokens?: number
  readonly evicts?: readonly Evicted[]
  readonly stable_prefix_tokens: number
  readonly summary?: {
    readonly text: string
    readonly until: string
    readonly messages: number
    readonly method: string
  }
  readonly archival: {
    readonly passages: number
    readonly superseded: number
    readonly found: number
  }
}

/** The parts of the agent's context window; with `size`, as they would be in a window of that size. */
export function useContextAccount(agent: string, size?: number): Loaded<ContextAccount> {
  const desk = useDesk()
  return useLoaded(`context ${agent} ${size}`, [agentUri(agent), messagesUri(agent)], () =>
    desk.call('inspect_context', { agent, context_window: size }),
  )
}

interface Part {
  readonly name: string
  readonly about: string
  /** Noun for the members of the part, in the plural. */
  readonly noun?: string
}

/** Names of the parts for people, in the order of the request. */
export const PARTS: Readonly<Record<string, Part>> = {
  system: { name: 'System prompt', about: 'who the agent is told to be' },
  tools: { name: 'Tools', about: 'what it may call', noun: 'schemas' },
  memory: { name: 'Memory blocks', about: 'always seen, edited by itself', noun: 'blocks' },
  summary: { name: 'Summary', about: 'notes on messages that have left the window' },
  messages: { name: 'Messages', about: 'the conversation it still sees', noun: 'messages' },
  last_line: { name: 'Last line', about: 'time and counts, new at every step' },
}
