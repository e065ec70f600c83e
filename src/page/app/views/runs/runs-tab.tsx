import { useState } from 'preact/hooks'
import { useDesk } from '../../desk/desk.ts'
import { writeRoute } from '../../desk/route.ts'
import { RUNS } from '../../desk/uris.ts'
import { useLoaded } from '../../desk/use-loaded.ts'
import type { Agent, Paged, ShortRun } from '../../mcp/shapes.ts'
import { between, count, counted, words } from '../../ui/format.ts'
import { Button, Empty, Problem, Time, Waiting } from '../../ui/parts.tsx'
import { stateOf } from '../chat/run-state.tsx'
import { RunDetail } from './run-detail.tsx'

const PAGE = 25
const STATUSES = [
  'running',
  'queued',
  'waiting',
  'requires_approval',
  'completed',
  'failed',
  'cancelled',
]

interface RunPage extends Paged {
  readonly runs: readonly ShortRun[]
}

interface RunsTabProps {
  readonly agent: Agent
  readonly detail: string | undefined
}

/** Every message to the agent and what became of it; one of them in full. */
export function RunsTab({ agent, detail }: RunsTabProps) {
  const desk = useDesk()
  const [status, setStatus] = useState('')
  const [older, setOlder] = useState<readonly RunPage[]>([])
  const first = useLoaded(`runs ${agent.id} ${status}`, [RUNS], () =>
    desk.call<RunPage>('list_runs', { agent: agent.id, status: status || undefined, limit: PAGE }),
  )
  if (!desk.can('list_runs')) {
    return <Empty title="This server does not show its runs to you" />
  }
  const pages = first.value ? [first.value, ...older] : []
  const cursor = pages.at(-1)?.next_cursor
  const seen = new Set<string>()
  const runs = pages
    .flatMap((page) => page.runs)
    .filter(({ run_id }) => !seen.has(run_id) && seen.add(run_id))
  const more = async () => {
    const asked = { agent: agent.id, status: status || undefined, limit: PAGE, cursor }
    await desk
      .call<RunPage>('list_runs', asked)
      .then((page) => setOlder([...older, page]), desk.complain)
  }
  return (
    <div class={detail ? 'split with-detail' : 'split'}>
      <section class="split-list" aria-label="Runs">
        <div class="row">
          <select
            aria-label="Show runs that are"
            value={status}
            onChange={(event) => {
              setStatus(event.currentTarget.value)
              setOlder([])
            }}
          >
            <option value="">all runs</option>
            {STATUSES.map((each) => (
              <option key={each} value={each}>
                {words(each)}
              </option>
            ))}
          </select>
        </div>
        {first.problem && <Problem text={first.problem} onRetry={first.reload} />}
        {!first.value && !first.problem && <Waiting>Reading the runs …</Waiting>}
        {first.value && runs.length === 0 && (
          <Empty title="No runs here">
            <p>Each message to the agent makes one: the model calls and tool calls it took.</p>
          </Empty>
        )}
        <ul class="run-list">
          {runs.map((run) => (
            <li key={run.run_id}>
              <a
                href={writeRoute({ kind: 'agent', id: agent.id, tab: 'runs', detail: run.run_id })}
                aria-current={run.run_id === detail ? 'true' : undefined}
              >
                <span class="run-message">{run.message}</span>
                <span class="numbers">
                  <span class={`state ${run.status}`}>{stateOf(run)}</span>
                  <span>{counted(run.steps, 'step')}</span>
                  <span>{count(run.total_tokens)} tokens</span>
                  {run.completed_at && <span>{between(run.created_at, run.completed_at)}</span>}
                  <Time at={run.created_at} />
                </span>
              </a>
            </li>
          ))}
        </ul>
        {cursor && (
          <Button tone="quiet" onClick={more}>
            Show earlier runs
          </Button>
        )}
      </section>
      {detail ? (
        <RunDetail key={detail} agent={agent.id} runId={detail} />
      ) : (
        <div class="split-detail hint-only">
          <Empty title="Choose a run">
            <p>Its model calls and tool calls appear here on a line of time.</p>
          </Empty>
        </div>
      )}
    </div>
  )
}
