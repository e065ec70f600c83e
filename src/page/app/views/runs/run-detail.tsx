import { isOpen } from '../../desk/agents.ts'
import { useDesk } from '../../desk/desk.ts'
import { writeRoute } from '../../desk/route.ts'
import { useWatchedRun } from '../../desk/runs.ts'
import type { Run } from '../../mcp/shapes.ts'
import { between, count, words } from '../../ui/format.ts'
import { Button, Time, Waiting } from '../../ui/parts.tsx'
import { ApprovalCard } from '../chat/approval-card.tsx'
import { RunProblems } from '../chat/run-problems.tsx'
import { stateOf } from '../chat/run-state.tsx'
import { Steps } from '../chat/steps.tsx'
import { Timeline } from './timeline.tsx'

export function RunDetail({ agent, runId }: { readonly agent: string; readonly runId: string }) {
  const desk = useDesk()
  const { run, live } = useWatchedRun(runId)
  if (!run) return <Waiting>Reading the run …</Waiting>
  const asked = run.messages?.find(({ type }) => type === 'user_message')
  return (
    <section class="split-detail" aria-label="Run">
      <a class="back" href={writeRoute({ kind: 'agent', id: agent, tab: 'runs' })}>
        All runs
      </a>
      <div class="row between">
        <h2>
          <span class={`state ${run.status}`}>{stateOf(run)}</span>
          {run.stop_reason && <span class="dim"> · {words(run.stop_reason)}</span>}
        </h2>
        {isOpen(run) && desk.can('cancel_run') && (
          <Button onClick={() => desk.call('cancel_run', { run_id: runId }).catch(desk.complain)}>
            Cancel
          </Button>
        )}
      </div>
      <RunProblems run={run} />
      <Facts run={run} />
      <Timeline run={run} />
      {live.now !== '' && (
        <p class="now" role="status">
          {live.now} …
        </p>
      )}
      {run.pending_approvals?.map((approval) => (
        <ApprovalCard key={approval.tool_call_id} runId={runId} approval={approval} />
      ))}
      <h3>What happened</h3>
      <div class="run-messages">
        {asked && <p class="said user text">{asked.text}</p>}
        <Steps messages={run.messages ?? []} />
      </div>
    </section>
  )
}

function Facts({ run }: { readonly run: Run }) {
  const { usage } = run
  return (
    <dl class="facts">
      <div>
        <dt>Began</dt>
        <dd>
          <Time at={run.created_at} />
        </dd>
      </div>
      {run.completed_at && (
        <div>
          <dt>Took</dt>
          <dd>{between(run.created_at, run.completed_at)}</dd>
        </div>
      )}
      <div>
        <dt>Tokens in</dt>
        <dd>
          {count(usage.prompt_tokens)}
          {usage.cached_tokens > 0 && ` (${count(usage.cached_tokens)} cached)`}
        </dd>
      </div>
      <div>
        <dt>Tokens out</dt>
        <dd>{count(usage.completion_tokens)}</dd>
      </div>
      {usage.cost_usd !== undefined && (
        <div>
          <dt>Cost</dt>
          <dd>{usage.cost_usd.toFixed(4)} US$</dd>
        </div>
      )}
      {usage.by_model?.map((each) => (
        <div key={each.model}>
          <dt>Model</dt>
          <dd>{each.model}</dd>
        </div>
      ))}
      {run.parent_run_id && (
        <div>
          <dt>Began by run</dt>
          <dd>{run.parent_run_id}</dd>
        </div>
      )}
    </dl>
  )
}
