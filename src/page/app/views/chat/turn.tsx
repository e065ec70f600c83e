import { useState } from 'preact/hooks'
import type { Turn } from '../../desk/conversation.ts'
import { type LiveStep, useRun, useWatchedRun } from '../../desk/runs.ts'
import type { FoundMessage, Run } from '../../mcp/shapes.ts'
import { Button, Time } from '../../ui/parts.tsx'
import { ApprovalCard } from './approval-card.tsx'
import { LongText } from './long-text.tsx'
import { RunState } from './run-state.tsx'
import { Steps } from './steps.tsx'

interface TurnProps {
  /** Id of the agent. */
  readonly agent: string
  readonly turn: Turn
  /** Its run has not ended. */
  readonly isOpen: boolean
  /** Shows the steps at once. */
  readonly isDetailed: boolean
}

/** A message to the agent and what became of it. */
export function TurnView({ agent, turn, isOpen, isDetailed }: TurnProps) {
  const [isAsked, setAsked] = useState(false)
  const asked = turn.messages.filter(({ role }) => role !== 'assistant')
  const said = turn.messages.filter(({ role }) => role === 'assistant')
  const { runId } = turn
  const isFull = runId !== undefined && (isOpen || isDetailed || isAsked)
  return (
    <article class="turn">
      {asked.map((message) => (
        <Said key={message.id} agent={agent} message={message} />
      ))}
      {isFull && isOpen && <OpenRun runId={runId} />}
      {isFull && !isOpen && <EndedRun agent={agent} runId={runId} fallback={said} />}
      {!isFull && said.map((message) => <Said key={message.id} agent={agent} message={message} />)}
      {!isFull && runId !== undefined && (
        <Button tone="quiet" class="show-steps" onClick={() => setAsked(true)}>
          Show steps
        </Button>
      )}
    </article>
  )
}

function Said({ agent, message }: { readonly agent: string; readonly message: FoundMessage }) {
  return (
    <div class={`said ${message.role}`}>
      <LongText agent={agent} message={message} />
      <p class="said-at">
        <Time at={message.created_at} />
      </p>
    </div>
  )
}

function OpenRun({ runId }: { readonly runId: string }) {
  const { run, live } = useWatchedRun(runId)
  return (
    <>
      {run && <Steps messages={run.messages ?? []} />}
      <Live live={live} status={run?.status} />
      {run && <RunFoot run={run} />}
    </>
  )
}

function EndedRun({
  agent,
  runId,
  fallback,
}: {
  readonly agent: string
  readonly runId: string
  readonly fallback: readonly FoundMessage[]
}) {
  const { value: run } = useRun(runId)
  if (!run)
    return fallback.map((message) => <Said key={message.id} agent={agent} message={message} />)
  return (
    <>
      <Steps messages={run.messages ?? []} />
      <RunFoot run={run} />
    </>
  )
}

function Live({
  live,
  status,
}: {
  readonly live: LiveStep
  readonly status: Run['status'] | undefined
}) {
  if (status !== undefined && status !== 'running' && status !== 'queued') return null
  return (
    <div class="live">
      {live.thinking !== '' && <p class="thought">{live.thinking}</p>}
      {live.words !== '' && <p class="said assistant">{live.words}</p>}
      <p class="now" role="status">
        {status === 'queued' ? 'Waiting for its turn' : live.now || 'At work'} …
      </p>
    </div>
  )
}

function RunFoot({ run }: { readonly run: Run }) {
  return (
    <>
      {run.pending_approvals?.map((approval) => (
        <ApprovalCard key={approval.tool_call_id} runId={run.run_id} approval={approval} />
      ))}
      <RunState run={run} />
    </>
  )
}
