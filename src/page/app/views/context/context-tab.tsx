import { useEffect, useState } from 'preact/hooks'
import { type ContextAccount, PARTS, useContextAccount } from '../../desk/context.ts'
import { useDesk } from '../../desk/desk.ts'
import { useSettled } from '../../desk/use-settled.ts'
import type { Agent } from '../../mcp/shapes.ts'
import { count, counted, percent } from '../../ui/format.ts'
import { Button, Card, Problem, Time, Waiting } from '../../ui/parts.tsx'
import { ContextBar } from './context-bar.tsx'
import { ExactRequest } from './exact-request.tsx'
import { WindowSlider } from './window-slider.tsx'

/** While the slider moves, the server is asked at rests only; chosen by hand. */
const REST_MILLISECONDS = 120

/** The agent's view: its parts, what leaves it next, and what would with another window. */
export function ContextTab({ agent }: { readonly agent: Agent }) {
  const desk = useDesk()
  const [size, setSize] = useState<number | undefined>()
  const asked = useSettled(size, REST_MILLISECONDS)
  const { value: newest, problem, reload } = useContextAccount(agent.id, asked)
  const [shown, setShown] = useState<ContextAccount | undefined>()
  useEffect(() => {
    if (newest) setShown(newest)
  }, [newest])

  if (!shown) {
    return problem ? (
      <Problem text={problem} onRetry={reload} />
    ) : (
      <Waiting>Counting the context …</Waiting>
    )
  }
  const save = async () => {
    try {
      await desk.call('update_agent', { agent: agent.id, context_window: size })
      setSize(undefined)
      desk.say('The window was changed.')
    } catch (error) {
      desk.complain(error)
    }
  }
  const isTrying = size !== undefined && size !== agent.context_window
  return (
    <div class="page">
      <Card
        title="Context window"
        aside={
          <span class="numbers">
            <span>
              {count(shown.total_tokens)} of {count(shown.context_window)} tokens
            </span>
            <span>{percent(shown.total_tokens / shown.context_window)} full</span>
          </span>
        }
      >
        <ContextBar account={shown} />
        <Parts account={shown} />
        <WindowSlider
          size={size ?? agent.context_window}
          saved={agent.context_window}
          onSize={setSize}
        />
        {isTrying && (
          <div class="row">
            <p class="what-if" role="status">
              {verdict(shown)}
            </p>
            {desk.can('update_agent') && (
              <Button tone="main" onClick={save}>
                Save this size
              </Button>
            )}
            <Button onClick={() => setSize(undefined)}>
              Back to {count(agent.context_window)}
            </Button>
          </div>
        )}
      </Card>
      <div class="two wide">
        <Leaving account={shown} agent={agent} />
        <Left account={shown} />
      </div>
      <ExactRequest agent={agent} />
    </div>
  )
}

function Parts({ account }: { readonly account: ContextAccount }) {
  return (
    <ul class="legend">
      {account.parts.map(({ name, tokens, count: number }) => (
        <li key={name}>
          <span class={`swatch part-${name}`} aria-hidden="true" />
          <span class="legend-name">{PARTS[name]?.name ?? name}</span>
          <span class="legend-tokens">{count(tokens)} tokens</span>
          <span class="dim">
            {number > 1 && PARTS[name]?.noun && `${count(number)} ${PARTS[name].noun}: `}
            {PARTS[name]?.about}
          </span>
        </li>
      ))}
    </ul>
  )
}

/** One sentence on what the tried size would mean. Pure. */
export function verdict(account: ContextAccount): string {
  const { total_tokens: total, compacts_at: line, context_window: size } = account
  if (total <= line) {
    return `Everything fits: ${count(line - total)} tokens are free before compaction begins.`
  }
  const next = account.next_evicted
  const goes =
    next === 0
      ? 'No message can leave; memory, tools or prompt would have to shrink'
      : `${counted(next, 'message')} would leave and be summarised before the next step`
  return `${count(total - line)} tokens over the line of ${count(line)} (of ${count(size)}): ${goes}.`
}

function Leaving({ account, agent }: { readonly account: ContextAccount; readonly agent: Agent }) {
  const desk = useDesk()
  const [isBusy, setBusy] = useState(false)
  const { evicts = [], next_evicted: number, next_evicted_tokens: tokens = 0 } = account
  const left = account.compacts_at - account.total_tokens
  const compact = async () => {
    setBusy(true)
    try {
      await desk.call('compact_context', { agent: agent.id })
      desk.say('The context was compacted.')
    } catch (error) {
      desk.complain(error)
    }
    setBusy(false)
  }
  return (
    <Card
      title="Leaves next"
      aside={
        number > 0 &&
        desk.can('compact_context') && (
          <Button onClick={compact} disabled={isBusy}>
            {isBusy ? 'Writing the summary …' : 'Compact now'}
          </Button>
        )
      }
    >
      <p>
        {left > 0
          ? `Compaction begins at ${count(account.compacts_at)} tokens; ${count(left)} are free until then.`
          : 'The window is over the line: compaction runs before the next step.'}{' '}
        {number > 0
          ? `It would replace the ${counted(number, 'oldest message')} (${count(tokens)} tokens) by notes: no more turns than make enough room.`
          : 'There is nothing yet that could leave: the newest turn always stays.'}
      </p>
      {evicts.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <ol class="evicts" tabIndex={0}>
          {evicts.map((message) => (
            <li key={message.id}>
              <span class="dim">{message.role}</span> <span class="text">{message.text}</span>{' '}
              <span class="dim">{count(message.tokens)} tokens</span>
            </li>
          ))}
        </ol>
      )}
      {number > evicts.length && <p class="dim">and {count(number - evicts.length)} more</p>}
    </Card>
  )
}

function Left({ account: { summary } }: { readonly account: ContextAccount }) {
  return (
    <Card title="Has left">
      {summary ? (
        <>
          <p>
            {counted(summary.messages, 'message')} up to <Time at={summary.until} /> left the
            window. They can still be found by search; these notes stand for them
            {summary.method === 'extract' && ' (cut from the messages, because no model wrote any)'}
            :
          </p>
          <p class="text sunk">{summary.text}</p>
        </>
      ) : (
        <p class="hint">
          Nothing yet. Once the window is full, the oldest messages leave it, and notes on them
          appear here.
        </p>
      )}
    </Card>
  )
}
