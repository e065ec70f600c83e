import type { Agent } from '../core/agent.ts'
import type { Clock } from '../core/clock.ts'
import type { Passage } from '../core/passage.ts'
import type { Store } from '../storage/port/store.ts'
import { writeBrief } from './brief.ts'
import { findProjectAgent, type Wanted } from './project-agent.ts'
import { recordSession } from './record-session.ts'

/** Number of recent messages and passages considered for a brief; chosen by hand. */
const LOOKED_AT_MESSAGES = 240
const LOOKED_AT_PASSAGES = 60
const SHOWN_PASSAGES = 12

export interface SessionsOptions {
  readonly store: Store
  readonly clock: Clock
  /** Redacts secrets in a text. */
  readonly clean: (text: string) => string
  /** Creates the agent of a project. */
  readonly create: (name: string) => Promise<Agent>
}

export type Sessions = ReturnType<typeof createSessions>

/** Memory for sessions of coding assistants: a brief at the start, a record at the end. No model is called. */
export function createSessions({ store, clock, clean, create }: SessionsOptions) {
  const find = async (wanted: Wanted) =>
    (await findProjectAgent(store, wanted)) ?? create(wanted.reference ?? wanted.project)

  return {
    /** The agent's memory of the project in at most 2,000 tokens. `about` are words for the topic. */
    async brief(wanted: Wanted, about: readonly string[]): Promise<string> {
      const agent = await find(wanted)
      const newest = await store.passages.search(agent.id, { limit: LOOKED_AT_PASSAGES })
      const messages = await store.messages.recent(agent.id, { messages: LOOKED_AT_MESSAGES })
      return writeBrief({
        agent,
        blocks: await store.blocks.ofAgent(agent.id),
        passages: byRelevance(
          newest.items.map(({ item }) => item),
          about,
        ).slice(0, SHOWN_PASSAGES),
        messages: messages.filter(
          (message) =>
            message.role === 'user' || (message.role === 'assistant' && message.said.length > 0),
        ),
      })
    },

    /** Stores the messages of a session and returns the number of new ones. */
    async record(wanted: Wanted, transcript: string): Promise<number> {
      return recordSession({ store, clock, clean }, (await find(wanted)).id, transcript)
    },
  }
}

/** Passages that mention the topic first; newest first among equals. */
function byRelevance(passages: readonly Passage[], about: readonly string[]): readonly Passage[] {
  const words = about.map((word) => word.toLowerCase()).filter((word) => word.length > 2)
  const hits = ({ text, source, tags }: Passage) => {
    const whole = [text, source, ...tags].join(' ').toLowerCase()
    return words.filter((word) => whole.includes(word)).length
  }
  return passages.toSorted((one, other) => hits(other) - hits(one))
}
