import { useRuns } from '../desk/agents.ts'
import { useDesk } from '../desk/desk.ts'
import { writeRoute } from '../desk/route.ts'
import { useRun } from '../desk/runs.ts'
import { useLoaded } from '../desk/use-loaded.ts'
import type { Agent, ShortRun } from '../mcp/shapes.ts'
import { Empty, Problem, Time, Waiting } from '../ui/parts.tsx'
import { ApprovalCard } from './chat/approval-card.tsx'

/** Everything that waits for a person, of all agents. */
export function InboxView() {
  const { value, problem, reload } = useRuns()
  const waiting = value?.runs.filter(({ status }) => status === 'requires_approval')
  return (
    <div class="page narrow">
      <h1>Approvals</h1>
      {problem && <Problem text={problem} onRetry={reload} />}
      {!value && !problem && <Waiting>Reading the runs …</Waiting>}
      {waiting?.length === 0 && (
        <Empty title="Nothing waits for you">
          <p>
            An agent asks here before it calls a tool that has the rule{' '}
            <code>requires_approval</code>. Give it that rule under its tools, and a person decides
            about each call.
          </p>
        </Empty>
      )}
      {waiting?.map((run) => (
        <WaitingRun key={run.run_id} short={run} onAnswered={reload} />
      ))}
    </div>
  )
}

function WaitingRun({
  short,
  onAnswered,
}: {
  readonly short: ShortRun
  readonly onAnswered: () => void
}) {
  const desk = useDesk()
  const { value: run } = useRun(short.run_id)
  const agent = useLoaded(`name ${short.agent_id}`, [], () =>
    desk.call<{ agent: Agent }>('get_agent', { agent: short.agent_id }),
  ).value?.agent
  return (
    <article class="card">
      <p>
        <a href={writeRoute({ kind: 'agent', id: short.agent_id, tab: 'chat' })}>
          {agent?.name ?? short.agent_id}
        </a>{' '}
        <span class="dim">
          was told “{short.message}” at <Time at={short.created_at} />
        </span>
      </p>
      {run?.pending_approvals?.map((approval) => (
        <ApprovalCard
          key={approval.tool_call_id}
          runId={short.run_id}
          approval={approval}
          onAnswered={onAnswered}
        />
      ))}
    </article>
  )
}
