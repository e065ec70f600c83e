import type { Run, RunStep } from '../../mcp/shapes.ts'
import { count, duration } from '../../ui/format.ts'

/** A row of the timeline: a share of the run's time, from 0 to 1. */
interface Row {
  readonly key: string
  readonly kind: 'step' | 'pause'
  readonly name: string
  readonly about: string
  readonly from: number
  readonly to: number
}

/** Shorter pauses are the machine's, not the agent's. Chosen by hand. */
const PAUSE_MILLISECONDS = 250

/** A run as bars on a line of time: its model calls, and the pauses between them. */
export function Timeline({ run }: { readonly run: Run }) {
  const steps = run.timeline ?? []
  if (steps.length === 0) return <p class="hint">No model was called in this run yet.</p>
  const rows = rowsOf(run, steps, Date.now())
  return (
    <ol class="timeline" aria-label="Timeline">
      {rows.map((row) => (
        <li key={row.key} class={row.kind}>
          <span class="timeline-name">{row.name}</span>
          <span class="timeline-lane">
            <span
              class="timeline-bar"
              style={{
                left: `${row.from * 100}%`,
                width: `${Math.max(0.5, (row.to - row.from) * 100)}%`,
              }}
            />
          </span>
          <span class="timeline-about dim">{row.about}</span>
        </li>
      ))}
    </ol>
  )
}

/** Pure. `now` closes what is still open. */
export function rowsOf(run: Run, steps: readonly RunStep[], now: number): readonly Row[] {
  const begin = Date.parse(run.created_at)
  const end = run.completed_at ? Date.parse(run.completed_at) : now
  const span = Math.max(1, end - begin)
  const share = (at: number) => Math.min(1, Math.max(0, (at - begin) / span))
  const rows: Row[] = []
  let reached = begin
  for (const step of steps) {
    const from = Date.parse(step.started_at)
    const to = step.completed_at ? Date.parse(step.completed_at) : end
    if (from - reached >= PAUSE_MILLISECONDS) {
      rows.push({
        key: `pause ${step.step}`,
        kind: 'pause',
        name: reached === begin ? 'waited for its turn' : 'paused',
        about: duration(from - reached),
        from: share(reached),
        to: share(from),
      })
    }
    rows.push({
      key: `step ${step.step}`,
      kind: 'step',
      name: `Step ${step.step}${step.attempts > 1 ? `, begun ${step.attempts} times` : ''}`,
      about: aboutStep(step, to - from),
      from: share(from),
      to: share(to),
    })
    reached = Math.max(reached, to)
  }
  return rows
}

function aboutStep(step: RunStep, milliseconds: number): string {
  const calls = step.calls.map(
    ({ tool_name, status, approval }) =>
      `${tool_name}${status === 'error' ? ' failed' : ''}${approval ? ` (${approval})` : ''}`,
  )
  return [
    duration(milliseconds),
    `${count(step.prompt_tokens)} tokens in, ${count(step.completion_tokens)} out`,
    ...calls,
  ].join(' · ')
}
