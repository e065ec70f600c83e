import { useEffect, useRef, useState } from 'preact/hooks'
import type { FoundMessage, Paged } from '../mcp/shapes.ts'
import { type Desk, useDesk } from './desk.ts'
import { messagesUri } from './uris.ts'
import { useLoaded } from './use-loaded.ts'

const PAGE = 40
const ROLES = ['user', 'assistant', 'system']

interface MessagePage extends Paged {
  readonly messages: readonly FoundMessage[]
}

/** The messages of one run; imported ones stand alone. */
export interface Turn {
  readonly key: string
  readonly runId: string | undefined
  readonly messages: readonly FoundMessage[]
}

/** An agent's conversation, oldest first, as far as it was asked for. */
export function useConversation(agent: string) {
  const desk = useDesk()
  const newest = useLoaded(`conversation ${agent}`, [messagesUri(agent)], () => page(desk, agent))
  const [older, setOlder] = useState<MessagePage | undefined>()
  const [isLoading, setLoading] = useState(false)
  const known = useRef<readonly FoundMessage[]>([])
  const start = older ?? newest.value

  useEffect(() => {
    known.current = []
    setOlder(undefined)
  }, [agent])
  known.current = merge(newest.value?.messages ?? [], known.current, older?.messages ?? [])

  const more = async () => {
    if (start?.next_cursor === undefined || isLoading) return
    setLoading(true)
    try {
      setOlder(await page(desk, agent, start.next_cursor))
    } catch (error) {
      desk.complain(error)
    }
    setLoading(false)
  }
  return {
    turns: turnsOf(known.current.toReversed()),
    isLoaded: newest.value !== undefined,
    problem: newest.problem,
    reload: newest.reload,
    hasMore: start?.next_cursor !== undefined,
    isLoading,
    more,
  }
}

function page(desk: Desk, agent: string, cursor?: string): Promise<MessagePage> {
  return desk.call('search_conversation', { agent, roles: ROLES, limit: PAGE, cursor })
}

/** Newest first, each message once; the newest page is the truth about what it contains. */
function merge(...lists: readonly (readonly FoundMessage[])[]): readonly FoundMessage[] {
  const seen = new Set<string>()
  return lists.flat().filter(({ id }) => !seen.has(id) && seen.add(id))
}

/** Consecutive messages of one run, oldest first. Pure. */
export function turnsOf(messages: readonly FoundMessage[]): readonly Turn[] {
  const turns: Turn[] = []
  for (const message of messages) {
    const last = turns.at(-1)
    if (last?.runId !== undefined && last.runId === message.run_id) {
      turns[turns.length - 1] = { ...last, messages: [...last.messages, message] }
    } else {
      turns.push({ key: message.run_id ?? message.id, runId: message.run_id, messages: [message] })
    }
  }
  return turns
}
