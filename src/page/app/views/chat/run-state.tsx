import { useDesk } from '../../desk/desk.ts'
import { writeRoute } from '../../desk/route.ts'
import type { Run } from '../../mcp/shapes.ts'
import { between, count, counted, words } from '../../ui/format.ts'
import { Time } from '../../ui/parts.tsx'
import { RunProblems } from './run-problems.tsx'

/** How a run stands or ended, with its numbers. */
export function RunState({ run }: { readonly run: Run }) {
  const desk = useDesk()
  const { total_tokens: tokens } = run.usage
  return (
    <footer class="run-state">
      <RunProblems run={run} />
      <p class="numbers">
        {run.status !== 'completed' && <span class={`state ${run.status}`}>{stateOf(run)}</span>}
        {run.retry_at && (
          <span>
            tries again at <Time at={run.retry_at} />
          </span>
        )}
        {run.steps > 0 && <span>{counted(run.steps, 'step')}</span>}
        {tokens > 0 && <span>{count(tokens)} tokens</span>}
        {run.completed_at && <span>{between(run.created_at, run.completed_at)}</span>}
        {desk.can('list_runs') && (
          <a
            href={writeRoute({ kind: 'agent', id: run.agent_id, tab: 'runs', detail: run.run_id })}
          >
            Timeline
          </a>
        )}
      </p>
    </footer>
  )
}

export function stateOf({ status, waiting_for }: Pick<Run, 'status' | 'waiting_for'>): string {
  return status === 'waiting' && waiting_for ? `waiting for ${words(waiting_for)}` : words(status)
}
