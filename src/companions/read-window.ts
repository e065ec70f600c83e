import { spokenEntries } from '../agent/compaction/transcript.ts'
import { escapeTags } from '../agent/tools/escape-structure.ts'
import { estimateTokens } from '../core/estimate-tokens.ts'
import { fillTemplate } from '../core/fill-template.ts'
import type { AgentId, ConversationId, RunId } from '../core/ids.ts'
import type { Message } from '../core/message.ts'
import { PROMPTS } from '../generated/prompts.ts'
import type { Sleeptime, Store } from '../storage/port/store.ts'
import { type Alike, readAlike } from './read-alike.ts'

/** A piece of conversation that a sleep-time agent sees at once. */
export interface Window {
  /** Where the cursor stands after it. */
  readonly to: Pick<Sleeptime, 'doneTo' | 'passagesTo'>
  readonly messages: number
  /** The message to the sleep-time agent; null: nothing was said, and no passages are alike. */
  readonly text: string | null
}

/** Messages read at once. Chosen by hand. */
const BATCH = 200
/** Passages may take this share of the room. Chosen by hand. */
const PASSAGES_SHARE = 0.3

/** The next window after the cursor. Undefined: there is nothing new. */
export async function readWindow(
  store: Store,
  { agentId, doneTo, passagesTo, writesNotes }: Sleeptime,
  roomTokens: number,
  now: number,
): Promise<Window | undefined> {
  const alike = await readAlike(store, agentId, passagesTo, roomTokens * PASSAGES_SHARE, now)
  const room = roomTokens * (1 - PASSAGES_SHARE)
  const said = await readSaid(store, agentId, doneTo, { room, hasIds: writesNotes })
  const to = { doneTo: said.to, passagesTo: alike.to }
  if (to.doneTo === doneTo && to.passagesTo === passagesTo) return undefined
  const isEmpty = said.count === 0 && alike.groups.length === 0
  return { to, messages: said.count, text: isEmpty ? null : render(said, alike, writesNotes) }
}

interface Said {
  readonly to: number
  readonly count: number
  readonly conversations: ReadonlyMap<ConversationId, readonly string[]>
}

/**
 * Messages after `seq`, as far as they fit, at least one message. It ends before a turn that is under way: half a
 * turn would be misunderstood.
 */
async function readSaid(
  store: Store,
  agentId: AgentId,
  seq: number,
  { room, hasIds }: { readonly room: number; readonly hasIds: boolean },
): Promise<Said> {
  const conversations = new Map<ConversationId, string[]>()
  const isUnderWay = createUnderWay(store)
  const hidden = new Set(await store.messages.hidden(agentId))
  let to = seq
  let count = 0
  let tokens = 0
  for (;;) {
    const batch = await store.messages.since(agentId, to + 1, BATCH)
    for (const message of batch) {
      if (await isUnderWay(message.runId)) return { to, count, conversations }
      // A provider's filter refused the hidden ones, or the server wrote them for people.
      const spoken = hidden.has(message.seq) ? [] : spokenEntries(message)
      const lines = hasIds ? spoken.map((line) => `[${message.id}] ${line}`) : spoken
      const size = lines.reduce((sum, line) => sum + estimateTokens(line), 0)
      if (count > 0 && tokens + size > room) return { to, count, conversations }
      add(conversations, message, lines)
      to = message.seq
      tokens += size
      if (lines.length > 0) count += 1
    }
    if (batch.length < BATCH) return { to, count, conversations }
  }
}

function add(
  conversations: Map<ConversationId, string[]>,
  { conversationId }: Message,
  lines: readonly string[],
): void {
  if (lines.length === 0) return
  conversations.set(conversationId, [...(conversations.get(conversationId) ?? []), ...lines])
}

/** One that waits for a person is not: that may take days. */
function createUnderWay(store: Store): (id: RunId | null) => Promise<boolean> {
  const known = new Map<RunId, boolean>()
  return async (id) => {
    if (id === null) return false
    const before = known.get(id)
    if (before !== undefined) return before
    const state = await store.runs.state(id)
    const isOpen = state !== undefined && ['queued', 'running', 'waiting'].includes(state.status)
    known.set(id, isOpen)
    return isOpen
  }
}

function render({ count, conversations }: Said, alike: Alike, writesNotes: boolean): string {
  const parts = [...conversations.values()].map((lines) => lines.join('\n'))
  const text =
    parts.length === 1
      ? (parts[0] ?? '')
      : parts.map((part, index) => `# Conversation ${index + 1}\n${part}`).join('\n\n')
  const passages = alike.groups.join('\n')
  return fillTemplate(PROMPTS['sleeptime-window'], {
    COUNT: count === 1 ? 'One message' : `${count} messages`,
    CONVERSATION: escapeTags(text, ['conversation']),
    NOTES: writesNotes ? PROMPTS['sleeptime-notes'] : '',
    PASSAGES:
      passages === ''
        ? ''
        : fillTemplate(PROMPTS['sleeptime-passages'], {
            PASSAGES: escapeTags(passages, ['passages']),
          }).trim(),
  }).trim()
}
