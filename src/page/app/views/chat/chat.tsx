import { useEffect, useRef, useState } from 'preact/hooks'
import { isOpen } from '../../desk/agents.ts'
import { useConversation } from '../../desk/conversation.ts'
import { useDesk } from '../../desk/desk.ts'
import { RUNS } from '../../desk/uris.ts'
import { useLoaded } from '../../desk/use-loaded.ts'
import type { Agent, ShortRun } from '../../mcp/shapes.ts'
import { Button, Empty, Problem, Waiting } from '../../ui/parts.tsx'
import { Composer, type Sending } from './composer.tsx'
import { TurnView } from './turn.tsx'
import { useStickyEnd } from './use-sticky-end.ts'

/** The newest turns show their steps by themselves. Chosen by hand. */
const SHOWN_IN_FULL = 4

export function Chat({ agent }: { readonly agent: Agent }) {
  const desk = useDesk()
  const talk = useConversation(agent.id)
  const open = useOpenRuns(agent.id)
  const [sending, setSending] = useState<readonly Sending[]>([])
  const scroller = useRef<HTMLDivElement>(null)
  useStickyEnd(scroller, agent.id)

  const arrived = new Set(talk.turns.map(({ runId }) => runId))
  const waiting = sending.filter(({ runId }) => runId === undefined || !arrived.has(runId))
  useEffect(() => {
    if (waiting.length < sending.length) setSending(waiting)
  }, [waiting.length, sending.length])

  if (talk.problem && !talk.isLoaded) return <Problem text={talk.problem} onRetry={talk.reload} />
  const isEmpty = talk.isLoaded && talk.turns.length === 0 && waiting.length === 0
  return (
    <section class="chat" aria-label={`Conversation with ${agent.name}`}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div class="chat-scroll" ref={scroller} tabIndex={0} role="log" aria-label="Messages">
        {!talk.isLoaded && <Waiting>Reading the conversation …</Waiting>}
        {talk.hasMore && (
          <Button tone="quiet" class="earlier" onClick={talk.more} disabled={talk.isLoading}>
            {talk.isLoading ? 'Reading earlier messages …' : 'Show earlier messages'}
          </Button>
        )}
        {isEmpty && <Hello agent={agent} />}
        {talk.turns.map((turn, index) => (
          <TurnView
            key={turn.key}
            agent={agent.id}
            turn={turn}
            isOpen={turn.runId !== undefined && open.has(turn.runId)}
            isDetailed={index >= talk.turns.length - SHOWN_IN_FULL}
          />
        ))}
        {waiting.map(({ key, text }) => (
          <article key={key} class="turn">
            <p class="said user">{text}</p>
            <Waiting>Sending …</Waiting>
          </article>
        ))}
      </div>
      {desk.can('send_message') ? (
        <Composer
          agent={agent}
          openRuns={[...open]}
          onSending={(message) =>
            setSending((all) => [...all.filter(({ key }) => key !== message.key), message])
          }
          onFailed={(key) => setSending((all) => all.filter((message) => message.key !== key))}
        />
      ) : (
        <p class="hint chat-closed">This server lets you read, not talk.</p>
      )}
    </section>
  )
}

function useOpenRuns(agent: string): ReadonlySet<string> {
  const desk = useDesk()
  const { value } = useLoaded(`open ${agent}`, [RUNS], () =>
    desk.can('list_runs')
      ? desk.call<{ runs: readonly ShortRun[] }>('list_runs', { agent, limit: 20 })
      : Promise.resolve({ runs: [] }),
  )
  return new Set(value?.runs.filter(isOpen).map(({ run_id }) => run_id))
}

function Hello({ agent }: { readonly agent: Agent }) {
  return (
    <Empty title={`Say something to ${agent.name}`}>
      <p>
        Tell it your name, or to remember something. Its steps, its tool calls and what it writes
        into its memory appear as they happen.
      </p>
    </Empty>
  )
}
